<?php
/**
 * What the request of a visitor tells of their browser, as far as they allowed it. Only ever asked
 * while the visitor's own request runs: a payment's callback or an assistant is somebody else.
 *
 * @package Twofold
 */

defined( 'ABSPATH' ) || exit;

final class Twofold_Visitor {

	const COOKIE = '/^fb\.\d+\.\d+\.[^.]+(\.[\w-]{8}|\.[AB]\w)?$/';

	/** Says granted, denied, or nothing where nobody asks. */
	public static function consent() {
		if ( ! function_exists( 'wp_has_consent' ) ) {
			return '';
		}
		return wp_has_consent( 'marketing' ) ? 'granted' : 'denied';
	}

	/** By the names under which Twofold finds them on an order, without its prefix. */
	public static function carried() {
		$consent = self::consent();
		if ( 'denied' === $consent ) {
			return array( 'consent' => $consent );
		}
		$carried = array(
			'fbp'     => self::cookie( '_fbp' ),
			'fbc'     => self::cookie( '_fbc' ),
			'ip'      => self::ip(),
			'ua'      => self::agent(),
			'url'     => self::page(),
			'consent' => $consent,
		);
		return array_filter( $carried, 'strlen' );
	}

	public static function cookie( $name ) {
		$value = isset( $_COOKIE[ $name ] ) ? sanitize_text_field( wp_unslash( $_COOKIE[ $name ] ) ) : '';
		return preg_match( self::COOKIE, $value ) ? $value : '';
	}

	public static function agent() {
		$agent = isset( $_SERVER['HTTP_USER_AGENT'] ) ? sanitize_text_field( wp_unslash( $_SERVER['HTTP_USER_AGENT'] ) ) : '';
		return substr( $agent, 0, 500 );
	}

	/** WooCommerce knows of proxies in front; without it what the connection says. */
	public static function ip() {
		if ( class_exists( 'WC_Geolocation' ) ) {
			$found = WC_Geolocation::get_ip_address();
		} else {
			$found = isset( $_SERVER['REMOTE_ADDR'] ) ? sanitize_text_field( wp_unslash( $_SERVER['REMOTE_ADDR'] ) ) : '';
		}
		return filter_var( $found, FILTER_VALIDATE_IP ) ? $found : '';
	}

	/** The page they are on, without what follows its path. */
	public static function page() {
		$referer = wp_get_raw_referer();
		return $referer ? (string) strtok( esc_url_raw( $referer ), '?#' ) : '';
	}

	/** Those who make the shop are not its visitors. */
	public static function is_staff() {
		return current_user_can( 'edit_posts' );
	}
}
