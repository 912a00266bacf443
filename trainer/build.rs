//! Lets the programs of this package find the libtorch that they were linked with.

fn main() {
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    match std::env::var("LIBTORCH") {
        Ok(libtorch) => println!("cargo:rustc-link-arg=-Wl,-rpath,{libtorch}/lib"),
        Err(_) => println!("cargo:warning=LIBTORCH is not set: export LIBTORCH=$(scripts/libtorch.sh)"),
    }
}
