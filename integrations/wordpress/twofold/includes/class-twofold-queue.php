<?php
/**
 * Sends in the background, and again until it is taken: by Action Scheduler where WooCommerce brings
 * it, by WordPress' own cron elsewhere. No page waits for it.
 *
 * @package Twofold
 */

defined( 'ABSPATH' ) || exit;

final class Twofold_Queue {

	const GROUP = 'twofold';
	/** Seconds before each further try: about a day and a half in all. */
	const WAITS = array( 30, 120, 600, 3600, 10800, 21600, 43200, 43200 );

	public static function hook() {
		add_action( 'twofold_send_order', array( 'Twofold_Orders', 'send' ), 10, 2 );
		add_action( 'twofold_send_lead', array( 'Twofold_Leads', 'send' ), 10, 2 );
	}

	public static function add( $hook, $args, $wait_s = 0 ) {
		if ( function_exists( 'as_schedule_single_action' ) ) {
			if ( $wait_s > 0 ) {
				as_schedule_single_action( time() + $wait_s, $hook, $args, self::GROUP );
			} else {
				// Not as a unique one: that would be one for all orders together.
				as_enqueue_async_action( $hook, $args, self::GROUP );
			}
			return;
		}
		wp_schedule_single_event( time() + $wait_s, $hook, $args );
	}

	/** Later, unless it was tried often enough. */
	public static function again( $hook, $args, $tries ) {
		$waits = self::WAITS;
		if ( ! isset( $waits[ $tries ] ) ) {
			self::log( "Gave up $hook after $tries tries." );
			return;
		}
		self::add( $hook, array( $args, $tries + 1 ), $waits[ $tries ] );
	}

	/**
	 * True when it was taken, or never will be.
	 *
	 * @param string $url     Where to.
	 * @param string $body    As it is signed.
	 * @param array  $headers Further ones.
	 */
	public static function post( $url, $body, $headers ) {
		$answer = wp_remote_post(
			$url,
			array(
				'timeout'     => 15,
				'redirection' => 0,
				'headers'     => array_merge( array( 'Content-Type' => 'application/json' ), $headers ),
				'body'        => $body,
			)
		);
		if ( is_wp_error( $answer ) ) {
			self::log( 'Twofold was not reached: ' . $answer->get_error_message() );
			return false;
		}
		$status = (int) wp_remote_retrieve_response_code( $answer );
		if ( $status >= 200 && $status < 300 ) {
			return true;
		}
		self::log( "Twofold answered $status." );
		// A wrong secret or address is mended by the owner: what waits is sent then.
		return in_array( $status, array( 400, 413, 422 ), true );
	}

	private static function log( $text ) {
		if ( function_exists( 'wc_get_logger' ) ) {
			wc_get_logger()->warning( $text, array( 'source' => 'twofold' ) );
		}
	}
}
