<?php
/**
 * The pixel on the pages. What stands in the HTML is the same for every visitor, so that a page cache
 * may keep it: no id, no name. The exceptions are the checkout and the page that thanks, which
 * WooCommerce keeps out of every cache.
 *
 * @package Twofold
 */

defined( 'ABSPATH' ) || exit;

final class Twofold_Pages {

	/** Seconds after which a page that thanks is only looked at again. */
	const FRESH_S = 3600;

	public static function hook() {
		add_action( 'wp_enqueue_scripts', array( __CLASS__, 'enqueue' ) );
		add_filter( 'script_loader_tag', array( __CLASS__, 'tag' ), 10, 2 );
	}

	public static function enqueue() {
		if ( ! Twofold_Settings::is_ready() || Twofold_Visitor::is_staff() ) {
			return;
		}
		$how = array(
			'strategy'  => 'async',
			'in_footer' => false,
		);
		wp_enqueue_script( 'twofold-pages', plugins_url( 'assets/twofold.js', TWOFOLD_FILE ), array(), TWOFOLD_VERSION, false );
		wp_add_inline_script( 'twofold-pages', 'window.twofoldPage = ' . wp_json_encode( self::page(), JSON_HEX_TAG | JSON_HEX_AMP ) . ';', 'before' );
		wp_enqueue_script( 'twofold', self::script(), array( 'twofold-pages' ), null, $how ); // phpcs:ignore WordPress.WP.EnqueuedResourceParameters
	}

	private static function script() {
		$id = rawurlencode( Twofold_Settings::get( 'dataset_id' ) );
		return self::is_relayed() ? rest_url( 'twofold/v1/p' ) : Twofold_Settings::endpoint() . "/p.js?id=$id";
	}

	public static function is_relayed() {
		return 'yes' === strtolower( Twofold_Settings::get( 'relay' ) );
	}

	/** The attributes that the pixel reads. */
	public static function tag( $tag, $handle ) {
		if ( 'twofold' !== $handle ) {
			return $tag;
		}
		$attributes = array( 'data-mode' => 'replace' );
		if ( self::is_relayed() ) {
			$attributes['data-endpoint'] = untrailingslashit( rest_url( 'twofold/v1' ) );
		}
		if ( self::waits() ) {
			$attributes['data-consent'] = 'revoked';
		}
		$text = '';
		foreach ( $attributes as $name => $value ) {
			$text .= sprintf( ' %s="%s"', $name, esc_attr( $value ) );
		}
		return str_replace( ' src=', $text . ' src=', $tag );
	}

	private static function waits() {
		return function_exists( 'wp_has_consent' ) || 'wait' === Twofold_Settings::get( 'consent' );
	}

	/** What this page is about. */
	public static function page() {
		$page = array(
			'dataset' => Twofold_Settings::get( 'dataset_id' ),
			'consent' => function_exists( 'wp_has_consent' ),
		);
		if ( ! function_exists( 'WC' ) ) {
			return $page;
		}
		$page['content_id'] = Twofold_Settings::get( 'content_id' );
		if ( is_product() ) {
			$product = wc_get_product( get_queried_object_id() );
			if ( $product ) {
				$page['view'] = self::content( $product );
			}
		}
		if ( is_order_received_page() ) {
			$purchase = self::purchase();
			if ( $purchase ) {
				$page['purchase'] = $purchase;
			}
		} elseif ( is_checkout() && WC()->cart ) {
			$page['checkout'] = array(
				'value'    => (float) WC()->cart->get_total( 'edit' ),
				'currency' => get_woocommerce_currency(),
			);
		}
		return $page;
	}

	private static function content( $product ) {
		return array(
			'content_type' => 'product',
			'content_ids'  => array( self::content_id( $product ) ),
			'content_name' => $product->get_name(),
			'value'        => (float) wc_get_price_to_display( $product ),
			'currency'     => get_woocommerce_currency(),
		);
	}

	/** As the source of the orders names it. */
	public static function content_id( $product ) {
		$kind = Twofold_Settings::get( 'content_id' );
		if ( 'sku' === $kind && $product->get_sku() ) {
			return (string) $product->get_sku();
		}
		$parent = $product->get_parent_id();
		return (string) ( 'product' === $kind && $parent ? $parent : $product->get_id() );
	}

	/** Nothing for an order that is not paid, not theirs, or only looked at again. */
	private static function purchase() {
		global $wp;
		$id    = isset( $wp->query_vars['order-received'] ) ? absint( $wp->query_vars['order-received'] ) : 0;
		$order = $id ? wc_get_order( $id ) : null;
		$key   = isset( $_GET['key'] ) ? sanitize_text_field( wp_unslash( $_GET['key'] ) ) : ''; // phpcs:ignore WordPress.Security.NonceVerification
		if ( ! $order || ! hash_equals( (string) $order->get_order_key(), $key ) || ! $order->is_paid() ) {
			return null;
		}
		$created = $order->get_date_created();
		if ( ! $created || time() - $created->getTimestamp() > self::FRESH_S ) {
			return null;
		}
		$ids      = array();
		$contents = array();
		foreach ( $order->get_items() as $item ) {
			$product = $item->get_product();
			if ( $product ) {
				$content    = self::content_id( $product );
				$ids[]      = $content;
				$contents[] = array(
					'id'       => $content,
					'quantity' => $item->get_quantity(),
				);
			}
		}
		return array(
			'order_id'     => Twofold_Settings::get( 'order_prefix' ) . $order->get_id(),
			'value'        => (float) $order->get_total(),
			'currency'     => $order->get_currency(),
			'content_type' => 'product',
			'content_ids'  => $ids,
			'contents'     => $contents,
		);
	}
}
