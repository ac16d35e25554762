<!doctype html>
<title><?php wp_title(); ?></title>
<?php
wp_head();
while (have_posts()) {
    the_post();
    printf('<h1><a href="%s">%s</a></h1>', esc_url(get_permalink()), get_the_title());
    if (is_singular()) {
        foreach (get_comments(['post_id' => get_the_ID()]) as $comment) printf('<blockquote>%s, from %s</blockquote>', esc_html($comment->comment_content), esc_html($comment->comment_author_IP));
        comment_form();
    }
}
wp_footer();
