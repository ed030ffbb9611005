//! Makes `web/dist` with a page that says how to build the screens, so that the server builds without Node.

use std::path::Path;

const STUB: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Lockstep</title></head>\n\
    <body><h1>Lockstep</h1><p>The server runs, and its screens are not built yet: run <code>npm ci</code> and \
    <code>npm run build</code> in the folder <code>web</code>, then build the server again.</p></body></html>\n";

fn main() -> std::io::Result<()> {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    if !dist.exists() {
        std::fs::create_dir_all(&dist)?;
        std::fs::write(dist.join("index.html"), STUB)?;
    }
    // A release embeds the screens; a debug build reads them from the folder.
    if std::env::var_os("CARGO_CFG_DEBUG_ASSERTIONS").is_none() {
        println!("cargo::rerun-if-changed=../../web/dist");
    }
    // A new migration is compiled in.
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
