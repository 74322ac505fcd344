<?php
/**
 * Stands in for WordPress, WooCommerce and the form plugins while the plugin's own code runs: hooks,
 * options and objects with the methods that it calls. What it sends is kept, not sent.
 *
 * @package Twofold
 */


define( 'ABSPATH', __DIR__ . '/' );

$GLOBALS['hooks'] = $GLOBALS['options'] = $GLOBALS['transients'] = $GLOBALS['sent'] = $GLOBALS['queue'] = array();
$GLOBALS['routes'] = $GLOBALS['scripts'] = $GLOBALS['declared'] = $GLOBALS['is'] = array();
$GLOBALS['answer'] = array( 'response' => array( 'code' => 200 ), 'body' => '{"events_received":1}' );
$GLOBALS['orders'] = $GLOBALS['products'] = array();

function add_action( $name, $run, $priority = 10, $count = 1 ) { $GLOBALS['hooks'][ $name ][ $priority ][] = array( $run, $count ); ksort( $GLOBALS['hooks'][ $name ] ); }
function add_filter( $name, $run, $priority = 10, $count = 1 ) { add_action( $name, $run, $priority, $count ); }
function do_action( $name, ...$given ) { foreach ( $GLOBALS['hooks'][ $name ] ?? array() as $runs ) { foreach ( $runs as list( $run, $count ) ) { call_user_func_array( $run, array_slice( $given, 0, $count ) ); } } }
function apply_filters( $name, $value, ...$given ) { foreach ( $GLOBALS['hooks'][ $name ] ?? array() as $runs ) { foreach ( $runs as list( $run, $count ) ) { $value = call_user_func_array( $run, array_slice( array_merge( array( $value ), $given ), 0, $count ) ); } } return $value; }
function get_option( $name, $default = false ) { return $GLOBALS['options'][ $name ] ?? $default; }
function add_option( $name, $value, $old = '', $autoload = true ) { $GLOBALS['options'][ $name ] = $value; $GLOBALS['autoload'][ $name ] = $autoload; }
function delete_option( $name ) { unset( $GLOBALS['options'][ $name ] ); }
function get_transient( $name ) { return $GLOBALS['transients'][ $name ] ?? false; }
function set_transient( $name, $value, $ttl = 0 ) { $GLOBALS['transients'][ $name ] = $value; }
function delete_transient( $name ) { unset( $GLOBALS['transients'][ $name ] ); }
function register_setting( $group, $name, $how = array() ) { $GLOBALS['settings'][ $name ] = $how; }
function settings_fields( $group ) { echo "<input name='_wpnonce'>"; }
function submit_button() { echo '<button>Save</button>'; }
function add_options_page( ...$page ) { $GLOBALS['page'] = $page; }
function current_user_can( $what ) { return in_array( $what, $GLOBALS['is']['can'] ?? array(), true ); }
function is_admin() { return $GLOBALS['is']['admin'] ?? false; }
function wp_doing_ajax() { return $GLOBALS['is']['ajax'] ?? false; }
function is_product() { return $GLOBALS['is']['product'] ?? false; }
function is_checkout() { return $GLOBALS['is']['checkout'] ?? false; }
function is_order_received_page() { return $GLOBALS['is']['received'] ?? false; }
function get_queried_object_id() { return $GLOBALS['is']['object'] ?? 0; }
function __( $text ) { return $text; }
function esc_html( $text ) { return htmlspecialchars( (string) $text, ENT_QUOTES ); }
function esc_attr( $text ) { return htmlspecialchars( (string) $text, ENT_QUOTES ); }
function esc_url_raw( $url, $schemes = array( 'http', 'https' ) ) { return preg_match( '~^(' . implode( '|', $schemes ) . ')://[^\s"\'<>]+$~', (string) $url ) ? $url : ''; }
function sanitize_text_field( $text ) { return trim( preg_replace( '/[\r\n\t ]+/', ' ', strip_tags( (string) $text ) ) ); }
function wp_unslash( $text ) { return stripslashes( (string) $text ); }
function untrailingslashit( $text ) { return rtrim( (string) $text, '/' ); }
function absint( $value ) { return abs( (int) $value ); }
function is_email( $text ) { return (bool) filter_var( $text, FILTER_VALIDATE_EMAIL ); }
function wp_json_encode( $value, $flags = 0 ) { return json_encode( $value, $flags ); }
function wp_generate_uuid4() { return '00000000-0000-4000-8000-' . str_pad( (string) ( $GLOBALS['uuid'] = ( $GLOBALS['uuid'] ?? 0 ) + 1 ), 12, '0', STR_PAD_LEFT ); }
function wp_get_raw_referer() { return $_SERVER['HTTP_REFERER'] ?? false; }
function home_url( $path = '' ) { return 'https://shop.example' . $path; }
function rest_url( $path = '' ) { return "https://shop.example/wp-json/$path"; }
function plugins_url( $path, $file ) { return "https://shop.example/wp-content/plugins/twofold/$path"; }
function wp_enqueue_script( $handle, $src = '', ...$rest ) { $GLOBALS['scripts'][ $handle ]['src'] = $src; }
function wp_add_inline_script( $handle, $code, $where = 'after' ) { $GLOBALS['scripts'][ $handle ]['inline'] = $code; }
function wp_using_ext_object_cache() { return $GLOBALS['is']['cache'] ?? false; }
function wp_cache_add( $key, $value, $group = '', $ttl = 0 ) { $GLOBALS['cache'][ $key ] = $GLOBALS['cache'][ $key ] ?? $value; }
function wp_cache_incr( $key, $by = 1, $group = '' ) { return $GLOBALS['cache'][ $key ] += $by; }
function register_rest_route( $space, $path, $how ) { $GLOBALS['routes'][ "$space$path" ] = $how; }
function wp_remote_post( $url, $how ) { $GLOBALS['sent'][] = array( 'method' => 'POST', 'url' => $url ) + $how; return $GLOBALS['answer']; }
function wp_remote_get( $url, $how = array() ) { $GLOBALS['sent'][] = array( 'method' => 'GET', 'url' => $url ) + $how; return $GLOBALS['answer']; }
function is_wp_error( $value ) { return $value instanceof WP_Error; }
function wp_remote_retrieve_response_code( $answer ) { return $answer['response']['code']; }
function wp_remote_retrieve_body( $answer ) { return $answer['body']; }
function wp_schedule_single_event( $at, $hook, $args ) { $GLOBALS['queue'][] = array( 'cron', $hook, $args, max( 0, $at - time() ) ); }

class WP_Error { public $message; public function __construct( $message ) { $this->message = $message; } public function get_error_message() { return $this->message; } }
class WP_REST_Response { public $data; public $status; public $headers = array(); public function __construct( $data, $status ) { $this->data = $data; $this->status = $status; } public function get_data() { return $this->data; } public function header( $name, $value ) { $this->headers[ $name ] = $value; } }
class Twofold_Test_Request { private $body; public function __construct( $body ) { $this->body = $body; } public function get_body() { return $this->body; } }

/** What is due runs as Action Scheduler or cron would run it. */
function run_queue() {
	foreach ( array_splice( $GLOBALS['queue'], 0 ) as list( , $hook, $args ) ) {
		do_action( $hook, ...$args );
	}
}

if ( 'consent' === $GLOBALS['mode'] ) {
	function wp_has_consent( $kind ) { return 'marketing' === $kind && ( $GLOBALS['is']['consent'] ?? false ); }
}
// In a file of its own: PHP knows all functions of a file from its first line on.
if ( 'bare' !== $GLOBALS['mode'] ) {
	require __DIR__ . '/woocommerce.php';
}
