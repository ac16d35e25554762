# An ordinary Rails site: sessions, the CSRF check, an upload, Action Cable for who is logged in. What docs/origins.md tells an
# operator to set comes from SITE_LINES, so that the tests can see the site with and without it.
require "logger"
require "action_controller/railtie"
require "action_cable/engine"

class Site < Rails::Application
  config.load_defaults 6.1
  config.root = __dir__
  config.eager_load = false
  config.logger = Logger.new(nil)
  config.secret_key_base = "only for this test" * 4
  config.session_store :cookie_store, key: "_site"
  config.action_cable.cable = { "adapter" => "async" }
  config.action_cable.mount_path = "/cable"
  class_eval(ENV.fetch("SITE_LINES"))

  routes.append do
    get "seen", to: "site#seen"
    get "login", to: "site#login"
    post "login", to: "site#enter"
    get "account", to: "site#account"
    post "upload", to: "site#upload"
  end
end

class SiteController < ActionController::Base
  protect_from_forgery with: :exception
  before_action(only: %i[account upload]) { redirect_to "/login" unless session[:user] }

  def seen = render(json: { url: request.original_url, secure: request.ssl?, address: request.remote_ip })
  def login = render(inline: '<%= form_with(url: "/login", local: true) do %><input name="user"><button>Log in</button><% end %>')

  def enter
    reset_session
    session[:user] = params[:user]
    redirect_to "#{request.base_url}/account"
  end

  def account
    render inline: '<h1><%= session[:user] %></h1><p><%= session[:file] %></p>' \
                   '<%= form_with(url: "/upload", multipart: true, local: true) do %><input type="file" name="file"><button>Send</button><% end %>'
  end

  def upload
    session[:file] = "#{params[:file].original_filename}: #{params[:file].size} bytes"
    redirect_to "/account", status: :see_other
  end
end

module ApplicationCable
  class Connection < ActionCable::Connection::Base
    def connect
      reject_unauthorized_connection unless cookies.encrypted["_site"]&.key?("user")
    end
  end
end

Rails.application.initialize!
run Rails.application
