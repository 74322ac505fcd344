<?php
/**
 * What your Twofold filled in when it made this plugin. The settings page may say otherwise; no secret
 * stands here.
 *
 * @package Twofold
 */

defined( 'ABSPATH' ) || exit;

return json_decode( '__PHP_DEFAULTS__', true );
