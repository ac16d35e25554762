# Rack under puma, with the override of methods that Rails and Sinatra have: says what it understood of each request.
require "json"
require "rack"

SITE = JSON.parse(File.read(ENV.fetch("ORIGINS_SITE")))
WATCHED = SITE["watched"]

SAYS = lambda do |env, resource|
  request = Rack::Request.new(env)
  watched = ->(values, names) { names.select { |name| values.key?(name) }.to_h { |name| [name, [values[name]].flatten.map(&:to_s)] } }
  form = begin request.POST rescue {} end
  query = begin request.GET rescue {} end
  answer = {
    understood: true,
    resource: Rack::Utils.unescape_path(resource).force_encoding("UTF-8").scrub,
    script: "",
    method: env["REQUEST_METHOD"],
    target: env["REQUEST_URI"],
    scheme: request.scheme,
    host: request.host_with_port,
    query: watched.(query, WATCHED["parameters"]),
    form: watched.(form, WATCHED["parameters"]),
    cookies: watched.(request.cookies, WATCHED["cookies"]),
    user: env["REMOTE_USER"],
    headers: env.select { |name, _| name.start_with?("HTTP_") }.map { |name, value| [name[5..], value.to_s.dup.force_encoding("UTF-8").scrub] },
  }
  [200, { "content-type" => "application/json" }, [JSON.generate(answer)]]
end

use Rack::MethodOverride

# A mount takes what lies below it too; a page is asked for by its own name, with or without a slash.
SITE["pages"].each do |page|
  map(page) { run ->(env) { SAYS.(env, page + (env["PATH_INFO"] == "/" ? "" : env["PATH_INFO"])) } }
end
SITE["folders"].each do |folder|
  map(folder) { run ->(env) { SAYS.(env, folder + env["PATH_INFO"]) } }
end
map("/") { run ->(env) { SAYS.(env, env["PATH_INFO"]) } }
