<?php
// An ordinary Laravel site in one file: sessions, the CSRF check, an upload. before.php is the middleware TrustProxies, with what
// docs/origins.md tells an operator to set.
require 'Illuminate/autoload.php';

use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Contracts\Http\Kernel as HttpKernel;
use Illuminate\Foundation\Application;
use Illuminate\Foundation\Exceptions\Handler;
use Illuminate\Foundation\Http\Kernel;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Route;
use Illuminate\Support\ServiceProvider;

require __DIR__ . '/before.php';

class SiteKernel extends Kernel
{
    protected $middleware = [TrustProxies::class];
    protected $middlewareGroups = ['web' => [
        Illuminate\Cookie\Middleware\EncryptCookies::class,
        Illuminate\Cookie\Middleware\AddQueuedCookiesToResponse::class,
        Illuminate\Session\Middleware\StartSession::class,
        Illuminate\Foundation\Http\Middleware\VerifyCsrfToken::class,
    ]];
}

class SiteProvider extends ServiceProvider
{
    public function boot(): void
    {
        Route::get('/seen', fn (Request $request) => ['url' => $request->fullUrl(), 'secure' => $request->secure(), 'address' => $request->ip()]);
        Route::middleware('web')->group(function () {
            Route::get('/login', fn () => self::form('<input name="user">'));
            Route::post('/login', function (Request $request) {
                $request->session()->regenerate();
                $request->session()->put('user', $request->input('user'));
                return redirect('/account');
            });
            Route::get('/account', function (Request $request) {
                if (!$request->session()->has('user')) return redirect('/login');
                return '<h1>' . e(session('user')) . '</h1><p>' . e(session('file')) . '</p>' . self::form('<input type="file" name="file">', ' action="/upload" enctype="multipart/form-data"');
            });
            Route::post('/upload', function (Request $request) {
                $file = $request->file('file');
                session(['file' => "{$file->getClientOriginalName()}: {$file->getSize()} bytes"]);
                return redirect('/account');
            });
        });
    }

    private static function form(string $fields, string $more = ''): string
    {
        return "<form method=\"post\"$more><input type=\"hidden\" name=\"_token\" value=\"" . csrf_token() . "\">$fields<button>Send</button></form>";
    }
}

$app = new Application(getenv('SITE_FOLDER'));
$app->singleton(HttpKernel::class, SiteKernel::class);
$app->singleton(ExceptionHandler::class, Handler::class);
$response = $app->make(HttpKernel::class)->handle($request = Request::capture());
$response->send();
$app->make(HttpKernel::class)->terminate($request, $response);
