//! A Chromium for the browser journeys and the screenshots: somebody's, installed, or none.

use std::path::PathBuf;

use crate::program;

/// The setting that names the program to use.
pub const SETTING: &str = "LOCKSTEP_CHROMIUM";

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// The named program, else one on the path, else after installing it. `None`: there is no Chromium here.
pub fn find() -> Option<PathBuf> {
    let named = std::env::var_os(SETTING)
        .filter(|path| !path.is_empty())
        .map(PathBuf::from);
    let found = named
        .or_else(installed)
        .or_else(|| program::apt_install("chromium").then(installed).flatten())?;
    println!("   using {}", found.display());
    Some(found)
}

fn installed() -> Option<PathBuf> {
    let names = NAMES.iter().filter(|name| program::is_there(name)).map(PathBuf::from);
    let folder_of_its_own = PathBuf::from("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    names
        .chain(Some(folder_of_its_own).filter(|path| path.exists()))
        .find_map(absolute)
}

/// The browser driver wants a whole path.
fn absolute(program: PathBuf) -> Option<PathBuf> {
    if program.is_absolute() {
        return Some(program);
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(&program))
        .find(|whole| whole.is_file())
}
