<?php
/**
 * Leads of Contact Form 7, WPForms and Gravity Forms: the server reports them, and tells the page the
 * id, so that both reports are one. Who it is is hashed before it waits anywhere.
 *
 * @package Twofold
 */

defined( 'ABSPATH' ) || exit;

final class Twofold_Leads {

	/** Of the form that this request sent; the answer tells it to the page. */
	private static $event_id = '';

	public static function hook() {
		add_action( 'wpcf7_mail_sent', array( __CLASS__, 'contact_form_7' ) );
		add_filter( 'wpcf7_feedback_response', array( __CLASS__, 'answer' ) );
		add_action( 'wpforms_process_complete', array( __CLASS__, 'wpforms' ), 10, 3 );
		add_filter( 'wpforms_ajax_submit_success_response', array( __CLASS__, 'answer' ) );
		add_action( 'gform_after_submission', array( __CLASS__, 'gravity' ), 10, 2 );
		add_filter( 'gform_confirmation', array( __CLASS__, 'confirmation' ) );
	}

	public static function contact_form_7( $form ) {
		$submission = class_exists( 'WPCF7_Submission' ) ? WPCF7_Submission::get_instance() : null;
		$data       = $submission ? (array) $submission->get_posted_data() : array();
		$fields     = array();
		foreach ( $form->scan_form_tags() as $tag ) {
			$value = isset( $data[ $tag->name ] ) ? $data[ $tag->name ] : '';
			$fields[] = array( $tag->basetype, $tag->name, $value );
		}
		self::lead( $fields, 'cf7-' . $form->id() );
	}

	public static function wpforms( $fields, $entry, $form_data ) {
		$list = array();
		foreach ( (array) $fields as $field ) {
			$list[] = array( $field['type'], isset( $field['name'] ) ? $field['name'] : '', $field['value'] );
			foreach ( array( 'first', 'last' ) as $part ) {
				if ( 'name' === $field['type'] && ! empty( $field[ $part ] ) ) {
					$list[] = array( 'text', "$part name", $field[ $part ] );
				}
			}
		}
		self::lead( $list, 'wpforms-' . $form_data['id'] );
	}

	public static function gravity( $entry, $form ) {
		$list = array();
		foreach ( $form['fields'] as $field ) {
			$id = (string) $field->id;
			if ( 'name' === $field->type ) {
				$list[] = array( 'text', 'first name', isset( $entry[ "$id.3" ] ) ? $entry[ "$id.3" ] : '' );
				$list[] = array( 'text', 'last name', isset( $entry[ "$id.6" ] ) ? $entry[ "$id.6" ] : '' );
			} else {
				$list[] = array( $field->type, $field->label, isset( $entry[ $id ] ) ? $entry[ $id ] : '' );
			}
		}
		self::lead( $list, 'gravity-' . $form['id'] );
	}

	/** For forms that answer without a new page. */
	public static function answer( $response ) {
		if ( is_array( $response ) && '' !== self::$event_id ) {
			$response['twofold_event_id'] = self::$event_id;
		}
		return $response;
	}

	/** Gravity Forms answers with a piece of a page. */
	public static function confirmation( $confirmation ) {
		if ( is_string( $confirmation ) && '' !== self::$event_id ) {
			$confirmation .= sprintf( '<span hidden data-twofold-lead="%s"></span>', esc_attr( self::$event_id ) );
		}
		return $confirmation;
	}

	/**
	 * Notes it for the queue. A form without an address, phone or name (a search, a poll) is no lead.
	 *
	 * @param array  $fields Type, name and value of each.
	 * @param string $form   Which form it was.
	 */
	private static function lead( $fields, $form ) {
		if ( ! Twofold_Settings::is_ready() || Twofold_Visitor::is_staff() ) {
			return;
		}
		$person = self::person( $fields );
		if ( empty( $person ) ) {
			return;
		}
		self::$event_id = 'lead:' . wp_generate_uuid4();
		if ( '' === Twofold_Settings::secret( 'send_token' ) ) {
			return;
		}
		$carried = Twofold_Visitor::carried();
		$denied  = isset( $carried['consent'] ) && 'denied' === $carried['consent'];
		$browser = array_filter(
			array(
				'client_ip_address' => self::of( $carried, 'ip' ),
				'client_user_agent' => self::of( $carried, 'ua' ),
				'fbp'               => self::of( $carried, 'fbp' ),
				'fbc'               => self::of( $carried, 'fbc' ),
			),
			'strlen'
		);
		$url     = self::of( $carried, 'url' );
		$event   = array(
			'event_name'       => 'Lead',
			'event_time'       => time(),
			'event_id'         => self::$event_id,
			'action_source'    => 'website',
			'event_source_url' => '' === $url ? home_url( '/' ) : $url,
			'user_data'        => $denied ? new stdClass() : array_merge( $person, $browser ),
			'custom_data'      => array( 'content_name' => $form ),
		);
		if ( isset( $carried['consent'] ) ) {
			$event['consent'] = array( 'state' => $carried['consent'] );
		}
		Twofold_Queue::add( 'twofold_send_lead', array( wp_json_encode( $event ), 0 ) );
	}

	private static function of( $carried, $name ) {
		return isset( $carried[ $name ] ) ? $carried[ $name ] : '';
	}

	public static function send( $event, $tries = 0 ) {
		$url  = Twofold_Settings::endpoint() . '/v24.0/' . rawurlencode( Twofold_Settings::get( 'dataset_id' ) ) . '/events';
		$body = '{"data":[' . $event . ']}';
		$done = Twofold_Queue::post( $url, $body, array( 'Authorization' => 'Bearer ' . Twofold_Settings::secret( 'send_token' ) ) );
		if ( ! $done ) {
			Twofold_Queue::again( 'twofold_send_lead', $event, (int) $tries );
		}
	}

	/** Hashed, by what the fields are and what they are called. */
	public static function person( $fields ) {
		$found = array();
		foreach ( $fields as $field ) {
			list( $type, $name, $value ) = $field;
			$text = is_scalar( $value ) ? trim( (string) $value ) : '';
			$key  = '' === $text ? '' : self::key( (string) $type, strtolower( (string) $name ), $text );
			if ( '' === $key || isset( $found[ $key ] ) ) {
				continue;
			}
			$clean = self::clean( $key, $text );
			if ( '' !== $clean ) {
				$found[ $key ] = array( hash( 'sha256', $clean ) );
			}
		}
		return $found;
	}

	private static function key( $type, $name, $text ) {
		if ( 'email' === $type || ( false !== strpos( $name, 'mail' ) && is_email( $text ) ) ) {
			return is_email( $text ) ? 'em' : '';
		}
		if ( in_array( $type, array( 'tel', 'phone' ), true ) || preg_match( '/\b(phone|mobile|tel)\b/', $name ) ) {
			return 'ph';
		}
		if ( preg_match( '/\bfirst[ _-]?name\b/', $name ) ) {
			return 'fn';
		}
		return preg_match( '/\b(last[ _-]?name|surname)\b/', $name ) ? 'ln' : '';
	}

	private static function clean( $key, $text ) {
		if ( 'ph' !== $key ) {
			return function_exists( 'mb_strtolower' ) ? mb_strtolower( $text, 'UTF-8' ) : strtolower( $text );
		}
		$digits = preg_replace( '/\D/', '', $text );
		if ( 0 === strpos( $text, '+' ) ) {
			return $digits;
		}
		if ( 0 === strpos( $digits, '00' ) ) {
			return substr( $digits, 2 );
		}
		// Without its country it is nobody's number.
		$code = preg_replace( '/\D/', '', Twofold_Settings::get( 'calling_code' ) );
		return '' === $code ? '' : $code . ltrim( $digits, '0' );
	}
}
