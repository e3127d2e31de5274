//! Makes `include/iomt.h` from the code, or says that the two differ.
//!
//! ```text
//! header            fails where the header is not what the code makes
//! header --write    writes it
//! IOMT_C=FOLDER     of the library that lies there
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let library = env::var_os("IOMT_C").map_or(own, PathBuf::from);
    let place = library.join("include/iomt.h");
    let config = cbindgen::Config::from_file(library.join("cbindgen.toml"))?;
    let mut made = Vec::new();
    cbindgen::Builder::new()
        .with_crate(&library)
        .with_config(config)
        .generate()?
        .write(&mut made);
    if env::args().any(|argument| argument == "--write") {
        return Ok(fs::write(place, made)?);
    }
    let stands = fs::read(place)?;
    let lines = |text: &[u8]| {
        String::from_utf8_lossy(text)
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (stands_lines, made_lines) = (lines(&stands), lines(&made));
    for (number, (stands, made)) in stands_lines.iter().zip(&made_lines).enumerate() {
        if stands != made {
            return Err(format!(
                "include/iomt.h, line {}: {stands:?}, of the code: {made:?}",
                number + 1
            )
            .into());
        }
    }
    match stands == made {
        true => Ok(()),
        false => Err("include/iomt.h is longer or shorter than what the code makes".into()),
    }
}
