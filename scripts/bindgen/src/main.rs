//! `edgegate-bindgen worker|node|tool FILE.wasm FOLDER`: writes FILE's module and the JavaScript around it into FOLDER, as
//! `index.js` and `index_bg.wasm`: for Cloudflare's runtime, with the tests' exports for Node, or the tool as a module of Node's.

use std::path::Path;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [runtime, file, folder] = arguments.as_slice() else {
        eprintln!("usage: edgegate-bindgen worker|node|tool FILE.wasm FOLDER");
        return ExitCode::from(2);
    };
    match generate(runtime, Path::new(file), Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("edgegate-bindgen: {message}");
            ExitCode::FAILURE
        }
    }
}

fn generate(runtime: &str, file: &Path, folder: &Path) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    let said = |error| format!("{}: {error:#}", file.display());
    match runtime {
        // After a trap src/isolate.js has a new instance made.
        "worker" => bindgen.module(true).map_err(said)?.reset_state_function(true).force_enable_abort_handler(true),
        "node" => bindgen.nodejs(true).map_err(said)?.debug(true).emit_start(false),
        // A program has a start function, which would run when it is loaded.
        "tool" => bindgen.nodejs_module(true).map_err(said)?.emit_start(false),
        other => return Err(format!("`{other}` is neither `worker`, `node` nor `tool`")),
    };
    bindgen.input_path(file).out_name("index").typescript(false).generate(folder).map_err(said)
}
