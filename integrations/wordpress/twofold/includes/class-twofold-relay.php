<?php
/**
 * The first-party route: the page speaks to its own site, which passes on what the pixel says and
 * whose browser it was. Off until the owner switches it on.
 *
 * @package Twofold
 */

defined( 'ABSPATH' ) || exit;

final class Twofold_Relay {

	const BYTES_MAX  = 65536;
	/** Requests a minute of one address, where the site has a cache that can count. */
	const MINUTE_MAX = 120;
	const SCRIPT_S   = 600;

	public static function hook() {
		add_action( 'rest_api_init', array( __CLASS__, 'register' ) );
	}

	public static function register() {
		if ( ! Twofold_Pages::is_relayed() || ! Twofold_Settings::is_ready() ) {
			return;
		}
		register_rest_route(
			'twofold/v1',
			'/e',
			array(
				'methods'             => 'POST',
				'callback'            => array( __CLASS__, 'pass' ),
				// Whoever looks at a page may report it, as at Twofold itself.
				'permission_callback' => '__return_true',
			)
		);
		register_rest_route(
			'twofold/v1',
			'/p',
			array(
				'methods'             => 'GET',
				'callback'            => array( __CLASS__, 'script' ),
				'permission_callback' => '__return_true',
			)
		);
	}

	public static function pass( $request ) {
		$body = (string) $request->get_body();
		if ( strlen( $body ) > self::BYTES_MAX ) {
			return self::answer( 413, 'The body is larger than 64 KB.' );
		}
		if ( self::is_flooding() ) {
			return self::answer( 429, 'Too many reports in a minute.' );
		}
		$events = json_decode( $body, true );
		if ( ! is_array( $events ) || empty( $events['events'] ) || ! is_array( $events['events'] ) ) {
			return self::answer( 400, 'The body is not what the pixel sends.' );
		}
		foreach ( $events['events'] as $index => $event ) {
			if ( ! is_array( $event ) ) {
				return self::answer( 400, 'The body is not what the pixel sends.' );
			}
			$events['events'][ $index ] = self::signed_by_visitor( $event );
		}
		$answer = wp_remote_post(
			Twofold_Settings::endpoint() . '/e',
			array(
				'timeout'     => 5,
				'redirection' => 0,
				'headers'     => array(
					'Content-Type' => 'text/plain',
					'User-Agent'   => Twofold_Visitor::agent(),
				),
				'body'        => wp_json_encode( $events ),
			)
		);
		if ( is_wp_error( $answer ) ) {
			// The pixel keeps them and tries again.
			return self::answer( 502, 'Twofold was not reached.' );
		}
		return new WP_REST_Response( json_decode( wp_remote_retrieve_body( $answer ), true ), (int) wp_remote_retrieve_response_code( $answer ) );
	}

	/** Only this dataset's events, with the address and browser of the visitor, not of this server. */
	private static function signed_by_visitor( $event ) {
		$event['dataset_id'] = Twofold_Settings::get( 'dataset_id' );
		$person              = isset( $event['user_data'] ) && is_array( $event['user_data'] ) ? $event['user_data'] : array();
		$person              = array_merge(
			$person,
			array_filter(
				array(
					'client_ip_address' => Twofold_Visitor::ip(),
					'client_user_agent' => Twofold_Visitor::agent(),
				),
				'strlen'
			)
		);
		$event['user_data']  = empty( $person ) ? new stdClass() : $person;
		// JSON has no empty object in PHP's arrays.
		foreach ( array( 'custom_data', 'consent', 'browser' ) as $name ) {
			if ( isset( $event[ $name ] ) && array() === $event[ $name ] ) {
				$event[ $name ] = new stdClass();
			}
		}
		return $event;
	}

	private static function is_flooding() {
		if ( ! wp_using_ext_object_cache() ) {
			return false;
		}
		$key = 'relay-' . md5( Twofold_Visitor::ip() ) . '-' . floor( time() / 60 );
		wp_cache_add( $key, 0, 'twofold', 120 );
		return (int) wp_cache_incr( $key, 1, 'twofold' ) > self::MINUTE_MAX;
	}

	/** Kept for ten minutes, as browsers keep it. */
	public static function script() {
		$script = get_transient( 'twofold_script' );
		if ( ! is_string( $script ) || '' === $script ) {
			$id     = rawurlencode( Twofold_Settings::get( 'dataset_id' ) );
			$answer = wp_remote_get( Twofold_Settings::endpoint() . "/p.js?id=$id", array( 'timeout' => 5 ) );
			if ( is_wp_error( $answer ) || 200 !== (int) wp_remote_retrieve_response_code( $answer ) ) {
				return self::answer( 502, 'Twofold was not reached.' );
			}
			$script = wp_remote_retrieve_body( $answer );
			set_transient( 'twofold_script', $script, self::SCRIPT_S );
		}
		add_filter( 'rest_pre_serve_request', array( __CLASS__, 'serve' ), 10, 2 );
		$response = new WP_REST_Response( $script, 200 );
		$response->header( 'Content-Type', 'text/javascript; charset=utf-8' );
		$response->header( 'Cache-Control', 'public, max-age=' . self::SCRIPT_S );
		return $response;
	}

	/** As it is, not as JSON. */
	public static function serve( $served, $response ) {
		if ( ! $served && is_string( $response->get_data() ) ) {
			echo $response->get_data(); // phpcs:ignore WordPress.Security.EscapeOutput
			return true;
		}
		return $served;
	}

	private static function answer( $status, $text ) {
		return new WP_REST_Response( array( 'error' => array( 'message' => $text ) ), $status );
	}
}
