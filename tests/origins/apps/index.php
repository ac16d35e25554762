<?php
// A front controller, as most PHP applications have one: says what it understood of each request. The path is taken from
// PATH_INFO where there is one, else from REQUEST_URI, and loses the slash at its end (Laravel's Request::path); the
// method can be overridden by header, form or query (Symfony's Request::getMethod with http_method_override).
$site = json_decode(file_get_contents(getenv('ORIGINS_SITE')), true);

$path = $_SERVER['PATH_INFO'] ?? '';
if ($path === '') {
    $path = rawurldecode(explode('?', $_SERVER['REQUEST_URI'], 2)[0]);
    if (str_starts_with($path, '/index.php')) $path = substr($path, strlen('/index.php'));
}
$path = '/' . trim($path, '/');

$method = $_SERVER['REQUEST_METHOD'];
if ($method === 'POST') {
    $named = $_SERVER['HTTP_X_HTTP_METHOD_OVERRIDE'] ?? $_POST['_method'] ?? $_GET['_method'] ?? 'POST';
    if (is_string($named) && preg_match('/^[A-Z]+$/D', strtoupper($named))) $method = strtoupper($named);
}

function watched(array $values, array $names): object
{
    $found = [];
    foreach ($names as $name) if (isset($values[$name])) $found[$name] = [json_encode($values[$name], JSON_INVALID_UTF8_SUBSTITUTE)];
    return (object) $found;
}

$headers = [];
foreach ($_SERVER as $name => $value) if (str_starts_with($name, 'HTTP_')) $headers[] = [substr($name, 5), $value];

header('Content-Type: application/json');
echo json_encode([
    'understood' => true,
    'resource' => $path,
    'script' => '',
    'method' => $method,
    'target' => $_SERVER['REQUEST_URI'],
    'scheme' => empty($_SERVER['HTTPS']) ? 'http' : 'https',
    'host' => $_SERVER['HTTP_HOST'] ?? null,
    'query' => watched($_GET, $site['watched']['parameters']),
    'form' => watched($_POST, $site['watched']['parameters']),
    'cookies' => watched($_COOKIE, $site['watched']['cookies']),
    'user' => $_SERVER['REMOTE_USER'] ?? $_SERVER['PHP_AUTH_USER'] ?? null,
    'headers' => $headers,
], JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES);
