/** The parts the tests use of two clients that ship no types. */
declare module 'facebook-nodejs-business-sdk' {
  class EventRequest {
    constructor(accessToken: string, datasetId: string)
    setEvents(events: ServerEvent[]): this
    setPartnerAgent(agent: string): this
    setTestEventCode(code: string): this
    execute(): Promise<{ events_received: number; messages: string[]; fbtrace_id: string }>
  }
  class ServerEvent {
    setEventName(name: string): this
    setEventTime(seconds: number): this
    setEventId(id: string): this
    setEventSourceUrl(url: string): this
    setActionSource(source: string): this
    setUserData(data: UserData): this
    setCustomData(data: CustomData): this
  }
  class UserData {
    setEmails(emails: string[]): this
    setPhones(phones: string[]): this
    setClientIpAddress(address: string): this
    setClientUserAgent(agent: string): this
    setFbp(fbp: string): this
  }
  class CustomData {
    setValue(value: number): this
    setCurrency(currency: string): this
    setOrderId(id: string): this
    setContents(contents: Content[]): this
  }
  class Content {
    setId(id: string): this
    setQuantity(quantity: number): this
    setItemPrice(price: number): this
  }
  const sdk: {
    FacebookAdsApi: object
    EventRequest: typeof EventRequest
    ServerEvent: typeof ServerEvent
    UserData: typeof UserData
    CustomData: typeof CustomData
    Content: typeof Content
  }
  export = sdk
}

declare module 'facebook-js-sdk' {
  class Facebook {
    baseUrl: string
    constructor(options: { accessToken: string; graphVersion?: string })
    post(path: string, options: object): Promise<{ status: number; data: unknown }>
  }
  export = Facebook
}
