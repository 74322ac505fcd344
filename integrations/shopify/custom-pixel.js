// Twofold for Shopify: Settings, Customer events, Add custom pixel. Paste all of this, save, connect.
// Permission: “Required”, “Marketing”. Data sale: “Data collected qualifies as data sale”.
__CUSTOMER_EVENTS__
connectTwofold({ analytics, browser, init, customerPrivacy: api.customerPrivacy }, __SETTINGS__)
