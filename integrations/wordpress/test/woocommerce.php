<?php
/**
 * Stands in for WooCommerce, Action Scheduler and the form plugins; see wordpress.php.
 *
 * @package Twofold
 */

function as_enqueue_async_action( $hook, $args, $group = '', $unique = false ) { $GLOBALS['queue'][] = array( $unique ? 'unique' : 'async', $hook, $args, 0 ); }
function as_schedule_single_action( $at, $hook, $args, $group = '' ) { $GLOBALS['queue'][] = array( 'single', $hook, $args, $at - time() ); }
function wc_get_order( $id ) { return $GLOBALS['orders'][ $id ] ?? false; }
function wc_get_product( $id ) { return $GLOBALS['products'][ $id ] ?? false; }
function wc_get_price_decimals() { return 2; }
function wc_format_decimal( $number, $decimals ) { return number_format( (float) $number, $decimals, '.', '' ); }
function wc_get_price_to_display( $product ) { return $product->price; }
function get_woocommerce_currency() { return 'EUR'; }
function wc_get_logger() { return new Twofold_Test_Log(); }
function WC() { return (object) array( 'cart' => new Twofold_Test_Cart() ); }
class Twofold_Test_Log { public function warning( $text ) { $GLOBALS['logged'][] = $text; } }
class Twofold_Test_Cart { public function get_total( $context ) { return '64.90'; } }
class WC_Geolocation { public static function get_ip_address() { return $_SERVER['HTTP_X_REAL_IP'] ?? $_SERVER['REMOTE_ADDR'] ?? ''; } }
class WC_DateTime extends DateTime {}
class Twofold_Test_Product {
	public $id; public $price; public $sku; public $parent;
	public function __construct( $id, $price, $sku = '', $parent = 0 ) { $this->id = $id; $this->price = $price; $this->sku = $sku; $this->parent = $parent; $GLOBALS['products'][ $id ] = $this; }
	public function get_id() { return $this->id; }
	public function get_sku() { return $this->sku; }
	public function get_parent_id() { return $this->parent; }
	public function get_name() { return 'Beans'; }
}
class Twofold_Test_Item {
	private $product; private $quantity;
	public function __construct( $product, $quantity ) { $this->product = $product; $this->quantity = $quantity; }
	public function get_product() { return $this->product; }
	public function get_product_id() { return $this->product->parent ?: $this->product->id; }
	public function get_variation_id() { return $this->product->parent ? $this->product->id : 0; }
	public function get_quantity() { return $this->quantity; }
	public function get_total() { return (string) ( $this->product->price * $this->quantity ); }
}
class Twofold_Test_Meta { private $key; private $value; public function __construct( $key, $value ) { $this->key = $key; $this->value = $value; } public function get_data() { return array( 'id' => 1, 'key' => $this->key, 'value' => $this->value ); } }
class Twofold_Test_Refund { public $id; public $amount; public function __construct( $id, $amount ) { $this->id = $id; $this->amount = $amount; } public function get_id() { return $this->id; } public function get_amount() { return $this->amount; } }
class Twofold_Test_Order {
	public $id; public $status = 'processing'; public $meta = array( '_secret_of_another_plugin' => 'x' ); public $refunds = array(); public $items = array(); public $age_s = 30; public $type = 'shop_order'; public $via = 'checkout';
	public function __construct( $id ) { $this->id = $id; $GLOBALS['orders'][ $id ] = $this; }
	public function get_type() { return $this->type; }
	public function get_id() { return $this->id; }
	public function get_order_number() { return $this->id; }
	public function get_order_key() { return "wc_order_k{$this->id}"; }
	public function get_status() { return $this->status; }
	public function is_paid() { return in_array( $this->status, array( 'processing', 'completed' ), true ); }
	public function get_currency() { return 'EUR'; }
	public function get_total() { return '64.9'; }
	public function get_customer_id() { return 7; }
	public function get_customer_ip_address() { return '203.0.113.44'; }
	public function get_customer_user_agent() { return 'Mozilla/5.0 (Macintosh) Firefox/128.0'; }
	public function get_created_via() { return $this->via; }
	public function get_payment_method() { return 'stripe'; }
	public function get_date_created() { return ( new WC_DateTime() )->setTimestamp( time() - $this->age_s ); }
	public function get_date_modified() { return $this->get_date_created(); }
	public function get_date_paid() { return $this->is_paid() ? $this->get_date_created() : null; }
	public function get_address( $kind ) { return 'billing' === $kind ? array( 'first_name' => 'Ann', 'last_name' => 'Lee', 'company' => 'Secret Ltd', 'address_1' => 'Street 1', 'city' => 'Berlin', 'state' => '', 'postcode' => '10115', 'country' => 'DE', 'email' => 'ann@example.com', 'phone' => '030 1234567' ) : array(); }
	public function get_items() { return $this->items; }
	public function get_refunds() { return $this->refunds; }
	public function update_meta_data( $key, $value ) { $this->meta[ $key ] = $value; }
	public function get_meta_data() { return array_map( static function ( $key, $value ) { return new Twofold_Test_Meta( $key, $value ); }, array_keys( $this->meta ), $this->meta ); }
}
class WPCF7_Submission { public static $data = array(); public static function get_instance() { return new self(); } public function get_posted_data() { return self::$data; } }
class Twofold_Test_Form { public function id() { return 12; } public function scan_form_tags() { return array( (object) array( 'basetype' => 'email', 'name' => 'your-email' ), (object) array( 'basetype' => 'tel', 'name' => 'your-tel' ), (object) array( 'basetype' => 'checkbox', 'name' => 'choice' ) ); } }
class WC_Facebookcommerce {}
eval( 'namespace Automattic\WooCommerce\Utilities; class FeaturesUtil { public static function declare_compatibility( $feature, $file, $yes ) { $GLOBALS["declared"][ $feature ] = $yes; } }' );
