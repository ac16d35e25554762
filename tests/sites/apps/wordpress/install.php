<?php
// Installs the site, as its page wp-admin/install.php does.
define('WP_INSTALLING', true);
function wp_mail() { return true; } // this machine sends no mail
require getenv('SITE_FOLDER') . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('A site', 'jo', 'jo@example.org', true, '', 'correct horse');
update_option('permalink_structure', '/%postname%/');
update_option('comment_moderation', 0);
update_option('comment_previously_approved', 0);
