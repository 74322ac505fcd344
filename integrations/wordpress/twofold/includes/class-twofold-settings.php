<?php
/**
 * What the owner set, the page where it is set, and warnings about what must not be on as well.
 *
 * @package Twofold
 */

defined( 'ABSPATH' ) || exit;

/** Secrets stand in an option of their own that is not loaded with every page. */
final class Twofold_Settings {

	const OPTION  = 'twofold_settings';
	const SECRETS = 'twofold_secrets';

	const FIELDS = array(
		'endpoint'     => 'Address of Twofold, such as https://events.shop.example',
		'dataset_id'   => 'Dataset id, from the Install page',
		'hook'         => 'Address of the WooCommerce source (…/hooks/woocommerce/c_…)',
		'order_prefix' => 'Order prefix, as in the settings of the source; empty for one shop',
		'content_id'   => 'Content id: variant, product or sku, as in the settings of the source',
		'calling_code' => 'Country code of phone numbers without one, such as 49',
		'relay'        => 'Relay through this site: yes or no',
		'consent'      => 'Without the WP Consent API: none (report at once) or wait (until fbq consent grant)',
	);

	const SECRET_FIELDS = array(
		'hook_secret' => 'Secret of the WooCommerce source',
		'send_token'  => 'Token for sending, from the Install page: for leads',
	);

	public static function hook() {
		add_action( 'admin_menu', array( __CLASS__, 'add_page' ) );
		add_action( 'admin_init', array( __CLASS__, 'register' ) );
		add_action( 'admin_notices', array( __CLASS__, 'warn' ) );
	}

	/** All of them, with what the download filled in. */
	public static function all() {
		$defaults = require dirname( TWOFOLD_FILE ) . '/twofold-defaults.php';
		$base     = array_fill_keys( array_keys( self::FIELDS ), '' );
		$filled   = is_array( $defaults ) ? $defaults : array();
		$stored   = get_option( self::OPTION, array() );
		$stored   = is_array( $stored ) ? array_filter( $stored, 'strlen' ) : array();
		return array_merge( $base, $filled, $stored );
	}

	public static function get( $name ) {
		$all = self::all();
		return isset( $all[ $name ] ) ? (string) $all[ $name ] : '';
	}

	public static function secret( $name ) {
		$secrets = get_option( self::SECRETS, array() );
		return is_array( $secrets ) && isset( $secrets[ $name ] ) ? (string) $secrets[ $name ] : '';
	}

	/** Without a trailing slash; empty until it is set. */
	public static function endpoint() {
		return untrailingslashit( self::get( 'endpoint' ) );
	}

	public static function is_ready() {
		return '' !== self::endpoint() && '' !== self::get( 'dataset_id' );
	}

	public static function add_page() {
		add_options_page( 'Twofold', 'Twofold', 'manage_options', 'twofold', array( __CLASS__, 'render' ) );
	}

	public static function register() {
		$clean = array( 'sanitize_callback' => array( __CLASS__, 'sanitize' ) );
		register_setting( 'twofold', self::OPTION, $clean );
		register_setting( 'twofold', self::SECRETS, array( 'sanitize_callback' => array( __CLASS__, 'sanitize_secrets' ) ) );
		if ( false === get_option( self::SECRETS ) ) {
			add_option( self::SECRETS, array(), '', false );
		}
	}

	public static function sanitize( $input ) {
		$clean = array();
		foreach ( array_keys( self::FIELDS ) as $name ) {
			$value          = isset( $input[ $name ] ) ? trim( (string) $input[ $name ] ) : '';
			$is_address     = in_array( $name, array( 'endpoint', 'hook' ), true );
			$clean[ $name ] = $is_address ? esc_url_raw( $value, array( 'https', 'http' ) ) : sanitize_text_field( $value );
		}
		return $clean;
	}

	/** An empty field keeps what is stored: secrets are never shown, so they cannot be sent back. */
	public static function sanitize_secrets( $input ) {
		$clean = array();
		foreach ( array_keys( self::SECRET_FIELDS ) as $name ) {
			$value          = isset( $input[ $name ] ) ? trim( sanitize_text_field( (string) $input[ $name ] ) ) : '';
			$clean[ $name ] = '' === $value ? self::secret( $name ) : $value;
		}
		return $clean;
	}

	public static function render() {
		if ( ! current_user_can( 'manage_options' ) ) {
			return;
		}
		$all = self::all();
		echo '<div class="wrap"><h1>Twofold</h1><form method="post" action="options.php">';
		settings_fields( 'twofold' );
		echo '<table class="form-table" role="presentation">';
		foreach ( self::FIELDS as $name => $label ) {
			self::row( self::OPTION, $name, $label, 'text', $all[ $name ], '' );
		}
		foreach ( self::SECRET_FIELDS as $name => $label ) {
			$held = '' === self::secret( $name ) ? '' : __( 'Stored. Leave empty to keep it.', 'twofold' );
			self::row( self::SECRETS, $name, $label, 'password', '', $held );
		}
		echo '</table>';
		submit_button();
		echo '</form></div>';
	}

	private static function row( $option, $name, $label, $type, $value, $hint ) {
		printf(
			'<tr><th scope="row"><label for="twofold-%2$s">%3$s</label></th><td><input class="regular-text" autocomplete="off" id="twofold-%2$s" type="%4$s" name="%1$s[%2$s]" value="%5$s"><p class="description">%6$s</p></td></tr>',
			esc_attr( $option ),
			esc_attr( $name ),
			esc_html( $label ),
			esc_attr( $type ),
			esc_attr( $value ),
			esc_html( $hint )
		);
	}

	/** Two programs that report the same sale to one dataset at Meta under two ids count it twice. */
	public static function warn() {
		if ( ! current_user_can( 'manage_options' ) ) {
			return;
		}
		if ( class_exists( 'WC_Facebookcommerce' ) || class_exists( 'FacebookPixelPlugin\FacebookForWordpress' ) ) {
			self::notice( __( 'Twofold: another plugin reports to Meta as well, under ids of its own. If both reach the same dataset at Meta, every sale counts twice. Switch the tracking of the other one off.', 'twofold' ) );
		}
		if ( ! self::is_ready() ) {
			self::notice( __( 'Twofold reports nothing yet: enter its address and the dataset under Settings, Twofold.', 'twofold' ) );
		}
	}

	private static function notice( $text ) {
		printf( '<div class="notice notice-warning"><p>%s</p></div>', esc_html( $text ) );
	}
}
