<?php
/**
 * Runs the plugin as WordPress would and prints, as JSON, what came of it. First argument: `shop`,
 * `consent` (a consent plugin is there) or `bare` (neither WooCommerce nor Action Scheduler). Second:
 * the settings, as JSON. Called by test/http/wordpress.test.ts.
 *
 * @package Twofold
 */


error_reporting( E_ALL );
set_error_handler( static function ( $level, $text, $file, $line ) { throw new ErrorException( $text, 0, $level, $file, $line ); } );

$GLOBALS['mode'] = $argv[1];
$given           = json_decode( $argv[2], true );
require __DIR__ . '/wordpress.php';
require __DIR__ . '/../twofold/twofold.php';

const FBP = 'fb.1.1772400000000.1111111111';
const FBC = 'fb.1.1772400000000.IwAR9wp';

$_COOKIE = array( '_fbp' => FBP, '_fbc' => FBC, 'other' => 'x' );
$_SERVER = array_merge( $_SERVER, array( 'REMOTE_ADDR' => '198.51.100.23', 'HTTP_USER_AGENT' => 'Mozilla/5.0 (X11; Linux x86_64) Chrome/147.0.0.0', 'HTTP_REFERER' => 'https://shop.example/checkout/?key=secret' ) );
$GLOBALS['options']['twofold_settings'] = $given['settings'];
$GLOBALS['options']['twofold_secrets']  = $given['secrets'];

$out = array();
$taken = static function () { return array_splice( $GLOBALS['sent'], 0 ); };
$order = static function ( $id, $status = 'processing' ) {
	$one         = new Twofold_Test_Order( $id );
	$one->status = $status;
	$one->items  = array( new Twofold_Test_Item( new Twofold_Test_Product( 23, 32.45, 'BEAN', 22 ), 2 ) );
	return $one;
};
$shown = static function ( $is ) {
	$GLOBALS['is'] = $is;
	$GLOBALS['scripts'] = array();
	do_action( 'wp_enqueue_scripts' );
	return array( 'scripts' => $GLOBALS['scripts'], 'tag' => apply_filters( 'script_loader_tag', '<script src="x" id="twofold-js"></script>', 'twofold' ) );
};
$lead = static function () {
	$GLOBALS['is'] += array( 'can' => array() );
	WPCF7_Submission::$data = array( 'your-email' => ' Ann@Example.com', 'your-tel' => '030 1234567', 'choice' => array( 'a', 'b' ) );
	do_action( 'wpcf7_mail_sent', new Twofold_Test_Form() );
	return apply_filters( 'wpcf7_feedback_response', array( 'status' => 'mail_sent' ) );
};

if ( 'bare' === $GLOBALS['mode'] ) {
	$field = (object) array( 'id' => 1, 'type' => 'email', 'label' => 'E-mail' );
	do_action( 'gform_after_submission', array( '1' => 'ann@example.com' ), array( 'id' => 3, 'fields' => array( $field ) ) );
	$out['queued'] = $GLOBALS['queue'];
	run_queue();
	$out['sent'] = $taken();
	$out['page'] = $shown( array() );
}

if ( 'consent' === $GLOBALS['mode'] ) {
	foreach ( array( true, false ) as $yes ) {
		$GLOBALS['is'] = array( 'consent' => $yes );
		$one           = $order( $yes ? 801 : 802 );
		do_action( 'woocommerce_checkout_create_order', $one, array() );
		$out[ $yes ? 'granted' : 'denied' ] = $one->meta;
	}
	$GLOBALS['is'] = array( 'consent' => false );
	$lead();
	run_queue();
	$out['lead'] = $taken();
	$out['page'] = $shown( array() );
}

if ( 'shop' === $GLOBALS['mode'] ) {
	do_action( 'before_woocommerce_init' );
	$out['declared'] = $GLOBALS['declared'];

	// The ways to an order.
	foreach ( array( 'woocommerce_checkout_create_order', 'woocommerce_store_api_checkout_update_order_from_request' ) as $name ) {
		$one = $order( 700 );
		do_action( $name, $one, array() );
		$out['carried'][ $name ] = $one->meta;
	}
	foreach ( array( 'assistant' => array( 'admin' => true ), 'staff' => array( 'can' => array( 'edit_posts' ) ) ) as $who => $is ) {
		$GLOBALS['is'] = $is;
		$one           = $order( 701 );
		do_action( 'woocommerce_checkout_create_order', $one, array() );
		$out['carried'][ $who ] = $one->meta;
	}
	$GLOBALS['is'] = array();
	$out['renewal'] = apply_filters( 'wc_subscriptions_renewal_order_data', array( '_twofold_fbp' => FBP, '_billing_email' => 'a@b.example' ) );

	// An order from its payment to its refund.
	$one = $order( 727 );
	do_action( 'woocommerce_checkout_create_order', $one, array() );
	foreach ( array( 'payment_complete', 'order_status_processing', 'order_status_completed' ) as $name ) {
		do_action( "woocommerce_$name", 727 );
	}
	do_action( 'woocommerce_payment_complete', 728 );
	$out['queued'] = $GLOBALS['queue'];
	run_queue();
	$out['paid'] = $taken();
	$one->refunds = array( new Twofold_Test_Refund( 900, '10' ) );
	Twofold_Orders::send( 727 );
	$out['refunded'] = $taken();

	// A server that does not answer, a wrong secret, a body that is refused.
	foreach ( array( 'down' => new WP_Error( 'timeout' ), 'error' => 503, 'secret' => 401, 'refused' => 422 ) as $name => $code ) {
		$GLOBALS['answer'] = is_int( $code ) ? array( "response" => array( "code" => $code ), "body" => "" ) : $code;
		$GLOBALS['queue']  = array();
		Twofold_Orders::send( 727, 1 );
		$out['again'][ $name ] = $GLOBALS['queue'];
	}
	$GLOBALS['queue'] = array();
	$GLOBALS['answer'] = new WP_Error( 'timeout' );
	Twofold_Orders::send( 727, count( Twofold_Queue::WAITS ) );
	$out['given_up'] = array( $GLOBALS['queue'], end( $GLOBALS['logged'] ) );
	$GLOBALS['answer'] = array( 'response' => array( 'code' => 200 ), 'body' => '{"events_received":1}' );
	$taken();

	// Leads.
	$out['cf7_answer'] = $lead();
	$GLOBALS['is'] = array();
	do_action( 'wpforms_process_complete', array( array( 'type' => 'name', 'name' => 'Name', 'value' => 'Jo Bean', 'first' => 'Jo', 'last' => 'Bean' ), array( 'type' => 'email', 'name' => 'E-mail', 'value' => 'jo@example.com' ) ), array(), array( 'id' => 5 ) );
	$out['wpforms_answer'] = apply_filters( 'wpforms_ajax_submit_success_response', array() );
	$field = (object) array( 'id' => 1, 'type' => 'email', 'label' => 'E-mail' );
	do_action( 'gform_after_submission', array( '1' => 'max@example.com' ), array( 'id' => 3, 'fields' => array( $field ) ) );
	$out['gravity_answer'] = apply_filters( 'gform_confirmation', 'Thanks' );
	$out['lead_queue'] = $GLOBALS['queue'];
	run_queue();
	$out['leads'] = $taken();
	do_action( 'gform_after_submission', array( '1' => '' ), array( 'id' => 3, 'fields' => array( $field ) ) );
	$out['no_lead'] = $GLOBALS['queue'];

	// Pages.
	new Twofold_Test_Product( 93, 10, 'B-1' );
	$out['pages']['product'] = $shown( array( 'product' => true, 'object' => 93 ) );
	$out['pages']['staff'] = $shown( array( 'can' => array( 'edit_posts' ) ) );
	$out['pages']['checkout'] = $shown( array( 'checkout' => true ) );
	$GLOBALS['wp'] = (object) array( 'query_vars' => array( 'order-received' => '727' ) );
	$_GET['key'] = 'wc_order_k727';
	$thanks = array( 'received' => true, 'checkout' => true );
	$out['pages']['thanks'] = $shown( $thanks );
	$_GET['key'] = 'guessed';
	$out['pages']['stranger'] = $shown( $thanks );
	$_GET['key'] = 'wc_order_k727';
	$one->status = 'on-hold';
	$out['pages']['unpaid'] = $shown( $thanks );
	$one->status = 'completed';
	$one->age_s  = 86400;
	$out['pages']['revisited'] = $shown( $thanks );

	// The first-party route.
	$GLOBALS['is'] = array();
	do_action( 'rest_api_init' );
	$out['routes_off'] = array_keys( $GLOBALS['routes'] );
	$GLOBALS['options']['twofold_settings']['relay'] = 'yes';
	do_action( 'rest_api_init' );
	$out['routes_on'] = array_keys( $GLOBALS['routes'] );
	$relay = static function ( $body ) { $answer = call_user_func( $GLOBALS['routes']['twofold/v1/e']['callback'], new Twofold_Test_Request( $body ) ); return array( $answer->status, $answer->data ); };
	$taken();
	$event = array( 'dataset_id' => 'somebody-elses', 'event_name' => 'PageView', 'event_id' => 'r-1', 'event_time' => time(), 'event_source_url' => 'https://shop.example/', 'user_data' => array( 'fbp' => FBP ), 'custom_data' => new stdClass() );
	$out['relayed'] = $relay( json_encode( array( 'sent_at' => time() * 1000, 'events' => array( $event ) ) ) );
	$out['relay_sent'] = $taken();
	$out['relay_bad'] = array( $relay( 'x' ), $relay( str_repeat( 'x', 70000 ) ), $relay( '{"events":[1]}' ) );
	$GLOBALS['is'] = array( 'cache' => true );
	for ( $n = 0; $n < 121; $n++ ) { $last = $relay( json_encode( array( 'events' => array( $event ) ) ) ); }
	$out['relay_flood'] = $last[0];
	$GLOBALS['is'] = array();
	$taken();
	$GLOBALS['answer'] = array( 'response' => array( 'code' => 200 ), 'body' => 'twofold()' );
	$script = call_user_func( $GLOBALS['routes']['twofold/v1/p']['callback'] );
	call_user_func( $GLOBALS['routes']['twofold/v1/p']['callback'] );
	ob_start();
	apply_filters( 'rest_pre_serve_request', false, $script );
	$out['script'] = array( ob_get_clean(), $script->headers, count( $taken() ) );
	$out['pages']['relayed'] = $shown( array() );

	// The settings page.
	do_action( 'admin_init' );
	$out['clean'] = call_user_func( $GLOBALS['settings']['twofold_settings']['sanitize_callback'], array( 'endpoint' => 'javascript:alert(1)', 'dataset_id' => '<b>1</b>', 'nonsense' => 'x' ) );
	$out['kept_secret'] = call_user_func( $GLOBALS['settings']['twofold_secrets']['sanitize_callback'], array( 'hook_secret' => '', 'send_token' => 'new' ) );
	$GLOBALS['is'] = array( 'can' => array( 'manage_options', 'edit_posts' ) );
	ob_start();
	Twofold_Settings::render();
	$out['form'] = ob_get_clean();
	ob_start();
	do_action( 'admin_notices' );
	$out['notices'] = ob_get_clean();
	define( 'WP_UNINSTALL_PLUGIN', true );
	require __DIR__ . '/../twofold/uninstall.php';
	$out['left'] = array_keys( $GLOBALS['options'] );
}

echo json_encode( $out );
