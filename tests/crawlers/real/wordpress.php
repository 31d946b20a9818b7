<?php
// Fills a fresh WordPress with what stands in the JSON on standard input: posts with their comments.
$_SERVER['HTTP_HOST'] = getenv('LACHAN_WP_HOST');
if ($argv[1] === 'install') {
    define('WP_INSTALLING', true);
    require getenv('LACHAN_WP') . '/wp-load.php';
    require_once ABSPATH . 'wp-admin/includes/upgrade.php';
    wp_install('Làng Sen', 'quanly', 'quanly@example.org', true, '', 'mat-khau-dai-de-thu');
    update_option('permalink_structure', '/%year%/%monthnum%/%postname%/');
    exit(0);
}
require getenv('LACHAN_WP') . '/wp-load.php';
foreach (get_posts(['post_type' => ['post', 'page'], 'numberposts' => -1, 'post_status' => 'any']) as $old) {
    wp_delete_post($old->ID, true);
}
flush_rewrite_rules();
foreach (json_decode(file_get_contents('php://stdin'), true) as $post) {
    $id = wp_insert_post([
        'post_title' => $post['title'], 'post_name' => $post['slug'], 'post_content' => $post['html'],
        'post_status' => $post['status'], 'post_password' => $post['password'], 'post_date' => $post['date'],
        'post_author' => 1, 'comment_status' => 'open',
    ], true);
    if (is_wp_error($id)) { fwrite(STDERR, $id->get_error_message()); exit(1); }
    $parent = 0;
    foreach ($post['comments'] as $number => $comment) {
        $last = wp_insert_comment([
            'comment_post_ID' => $id, 'comment_author' => $comment['author'], 'comment_content' => $comment['text'],
            'comment_approved' => $comment['approved'] ? 1 : 0, 'comment_parent' => $number % 2 ? $parent : 0,
            'comment_date' => $post['date'],
        ]);
        $parent = $comment['approved'] ? $last : 0;
    }
}
echo get_bloginfo('version');
