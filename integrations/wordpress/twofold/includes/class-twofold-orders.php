<?php
/**
 * Orders of WooCommerce: what the shopper's browser knows goes into the order while they check out;
 * what becomes of the order goes to Twofold, signed, in the form of WooCommerce's own webhook.
 *
 * @package Twofold
 */

defined( 'ABSPATH' ) || exit;

final class Twofold_Orders {

	const PREFIX = '_twofold_';

	/** Those that this request has told of: a payment passes several hooks. */
	private static $told = array();

	public static function hook() {
		add_action( 'woocommerce_checkout_create_order', array( __CLASS__, 'carry' ) );
		// The checkout block goes a way of its own and never passes the hook above.
		add_action( 'woocommerce_store_api_checkout_update_order_from_request', array( __CLASS__, 'carry' ) );
		foreach ( array( 'payment_complete', 'order_status_processing', 'order_status_completed', 'order_status_cancelled', 'order_status_refunded' ) as $name ) {
			add_action( "woocommerce_$name", array( __CLASS__, 'tell' ) );
		}
		add_action( 'woocommerce_order_refunded', array( __CLASS__, 'tell' ) );
		add_filter( 'wc_subscriptions_renewal_order_data', array( __CLASS__, 'strip' ) );
	}

	/** Before the order is saved. An assistant's browser is not the shopper's. */
	public static function carry( $order ) {
		if ( ( is_admin() && ! wp_doing_ajax() ) || Twofold_Visitor::is_staff() ) {
			return;
		}
		foreach ( Twofold_Visitor::carried() as $name => $value ) {
			$order->update_meta_data( self::PREFIX . $name, $value );
		}
	}

	/** A renewal is a copy of the first order; nobody clicked for it. */
	public static function strip( $data ) {
		foreach ( array_keys( (array) $data ) as $key ) {
			if ( 0 === strpos( (string) $key, self::PREFIX ) ) {
				unset( $data[ $key ] );
			}
		}
		return $data;
	}

	public static function tell( $order_id ) {
		$is_set = '' !== Twofold_Settings::get( 'hook' ) && '' !== Twofold_Settings::secret( 'hook_secret' );
		if ( $is_set && ! isset( self::$told[ (int) $order_id ] ) ) {
			self::$told[ (int) $order_id ] = true;
			Twofold_Queue::add( 'twofold_send_order', array( (int) $order_id, 0 ) );
		}
	}

	/** The order as it is by then: told twice it is the same, and counted once. */
	public static function send( $order_id, $tries = 0 ) {
		$order = wc_get_order( (int) $order_id );
		if ( ! $order || 'shop_order' !== $order->get_type() ) {
			return;
		}
		$body = wp_json_encode( self::body( $order ) );
		$sign = base64_encode( hash_hmac( 'sha256', $body, Twofold_Settings::secret( 'hook_secret' ), true ) ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions
		$done = Twofold_Queue::post(
			Twofold_Settings::get( 'hook' ),
			$body,
			array(
				'X-WC-Webhook-Topic'     => 'order.updated',
				'X-WC-Webhook-Source'    => home_url( '/' ),
				'X-WC-Webhook-Signature' => $sign,
			)
		);
		if ( ! $done ) {
			Twofold_Queue::again( 'twofold_send_order', (int) $order_id, (int) $tries );
		}
	}

	/** What Twofold reads of WooCommerce's own form of an order, and nothing else of it. */
	public static function body( $order ) {
		return array(
			'id'                  => $order->get_id(),
			'number'              => (string) $order->get_order_number(),
			'order_key'           => $order->get_order_key(),
			'status'              => $order->get_status(),
			'currency'            => $order->get_currency(),
			'total'               => wc_format_decimal( $order->get_total(), wc_get_price_decimals() ),
			'customer_id'         => $order->get_customer_id(),
			'customer_ip_address' => $order->get_customer_ip_address(),
			'customer_user_agent' => $order->get_customer_user_agent(),
			'created_via'         => $order->get_created_via(),
			'payment_method'      => $order->get_payment_method(),
			'date_created_gmt'    => self::moment( $order->get_date_created() ),
			'date_modified_gmt'   => self::moment( $order->get_date_modified() ),
			'date_paid_gmt'       => self::moment( $order->get_date_paid() ),
			'billing'             => self::address( $order, 'billing' ),
			'shipping'            => self::address( $order, 'shipping' ),
			'line_items'          => self::items( $order ),
			'meta_data'           => self::meta( $order ),
			'refunds'             => self::refunds( $order ),
		);
	}

	private static function moment( $date ) {
		return $date ? gmdate( 'Y-m-d\TH:i:s', $date->getTimestamp() ) : null;
	}

	private static function address( $order, $kind ) {
		$wanted = array( 'first_name', 'last_name', 'city', 'state', 'postcode', 'country', 'email', 'phone' );
		return array_intersect_key( (array) $order->get_address( $kind ), array_flip( $wanted ) );
	}

	private static function items( $order ) {
		$items = array();
		foreach ( $order->get_items() as $item ) {
			$product  = $item->get_product();
			$quantity = $item->get_quantity();
			$items[]  = array(
				'product_id'   => $item->get_product_id(),
				'variation_id' => $item->get_variation_id(),
				'sku'          => $product ? $product->get_sku() : '',
				'quantity'     => $quantity,
				'price'        => $quantity ? (float) $item->get_total() / $quantity : 0,
			);
		}
		return $items;
	}

	/** Ours, and where the visit began; what other plugins keep in an order is not ours to send. */
	private static function meta( $order ) {
		$meta = array();
		foreach ( $order->get_meta_data() as $one ) {
			$data = $one->get_data();
			if ( preg_match( '/^(_twofold_|_wc_order_attribution_|_subscription_renewal$)/', (string) $data['key'] ) && is_scalar( $data['value'] ) ) {
				$meta[] = array(
					'key'   => $data['key'],
					'value' => (string) $data['value'],
				);
			}
		}
		return $meta;
	}

	/** Each by itself, below zero, as WooCommerce has them. */
	private static function refunds( $order ) {
		$refunds = array();
		foreach ( $order->get_refunds() as $refund ) {
			$refunds[] = array(
				'id'    => $refund->get_id(),
				'total' => '-' . wc_format_decimal( $refund->get_amount(), wc_get_price_decimals() ),
			);
		}
		return $refunds;
	}
}
