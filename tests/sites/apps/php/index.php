<?php
// An ordinary PHP site: a session, a token against forged forms, an upload, and redirects to whole addresses, built as most
// sites build them. before.php is what docs/origins.md tells an operator to put before it.
if (is_readable(__DIR__ . '/before.php')) require __DIR__ . '/before.php';

$https = !empty($_SERVER['HTTPS']) && $_SERVER['HTTPS'] !== 'off';
$base = ($https ? 'https' : 'http') . '://' . $_SERVER['HTTP_HOST'];
$path = explode('?', $_SERVER['REQUEST_URI'], 2)[0];

if ($path === '/seen') {
    header('Content-Type: application/json');
    exit(json_encode(['url' => $base . $_SERVER['REQUEST_URI'], 'secure' => $https, 'address' => $_SERVER['REMOTE_ADDR']], JSON_UNESCAPED_SLASHES));
}

session_start(['cookie_secure' => $https, 'cookie_httponly' => true, 'cookie_samesite' => 'Lax']);
$_SESSION['token'] ??= bin2hex(random_bytes(16));

function redirect(string $to): never
{
    header("Location: $to", true, 302);
    exit;
}

function form(string $fields, string $more = ''): string
{
    return "<form method=\"post\"$more><input type=\"hidden\" name=\"token\" value=\"{$_SESSION['token']}\">$fields<button>Send</button></form>";
}

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $isForeign = isset($_SERVER['HTTP_ORIGIN']) && $_SERVER['HTTP_ORIGIN'] !== $base;
    if ($isForeign || !hash_equals($_SESSION['token'], $_POST['token'] ?? '')) {
        http_response_code(403);
        exit('forged');
    }
    if ($path === '/login') {
        session_regenerate_id(true);
        $_SESSION['user'] = $_POST['user'];
    } elseif (isset($_SESSION['user'])) {
        $_SESSION['file'] = $_FILES['file']['name'] . ': ' . $_FILES['file']['size'] . ' bytes';
    }
    redirect("$base/account");
}

if ($path === '/login') exit('<!doctype html>' . form('<input name="user">'));
if (!isset($_SESSION['user'])) redirect("$base/login");
exit('<!doctype html><h1>' . htmlspecialchars($_SESSION['user']) . '</h1><p>' . htmlspecialchars($_SESSION['file'] ?? 'no file') . '</p>' . form('<input type="file" name="file">', ' enctype="multipart/form-data"'));
