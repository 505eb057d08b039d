//! The corpus of the fuzz targets, replayed: what once reached a corner of a decoder reaches it in every run.

#[path = "../../fuzz/src/lib.rs"]
mod targets;

#[test]
fn the_corpus_holds() {
    for (name, target) in targets::TARGETS {
        let directory = format!("{}/fuzz/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
        let files: Vec<_> = std::fs::read_dir(&directory).unwrap().collect();
        assert!(files.len() >= 10, "{directory} has {} files", files.len());
        for file in files {
            target(&std::fs::read(file.unwrap().path()).unwrap());
        }
    }
}
