//! The recipes that are built into the library.

/// Name and text of every built-in recipe, in the order in which `ganforge recipes` lists them.
const BUILTIN: [(&str, &str); 39] = [
    ("digits", include_str!("../../recipes/digits.toml")),
    (
        "digits-conditional",
        include_str!("../../recipes/digits-conditional.toml"),
    ),
    ("mnist-mlp", include_str!("../../recipes/mnist-mlp.toml")),
    (
        "mnist-dcgan",
        include_str!("../../recipes/mnist-dcgan.toml"),
    ),
    (
        "mnist-r3gan",
        include_str!("../../recipes/mnist-r3gan.toml"),
    ),
    (
        "mnist-resnet",
        include_str!("../../recipes/mnist-resnet.toml"),
    ),
    (
        "goodfellow-2014-mnist",
        include_str!("../../recipes/goodfellow-2014-mnist.toml"),
    ),
    (
        "stacked-mnist-dcgan",
        include_str!("../../recipes/stacked-mnist-dcgan.toml"),
    ),
    ("ring8", include_str!("../../recipes/ring8.toml")),
    ("grid25", include_str!("../../recipes/grid25.toml")),
    (
        "pacgan-2018-ring8",
        include_str!("../../recipes/pacgan-2018-ring8.toml"),
    ),
    (
        "pacgan-2018-grid25",
        include_str!("../../recipes/pacgan-2018-grid25.toml"),
    ),
    (
        "ebgan-2016-digits",
        include_str!("../../recipes/ebgan-2016-digits.toml"),
    ),
    (
        "ebgan-2016-mnist",
        include_str!("../../recipes/ebgan-2016-mnist.toml"),
    ),
    (
        "began-2017-digits",
        include_str!("../../recipes/began-2017-digits.toml"),
    ),
    (
        "ali-2016-digits",
        include_str!("../../recipes/ali-2016-digits.toml"),
    ),
    (
        "ali-2016-grid25",
        include_str!("../../recipes/ali-2016-grid25.toml"),
    ),
    (
        "ali-2016-grid25-small",
        include_str!("../../recipes/ali-2016-grid25-small.toml"),
    ),
    (
        "bigan-2016-digits",
        include_str!("../../recipes/bigan-2016-digits.toml"),
    ),
    (
        "bigan-2016-mnist",
        include_str!("../../recipes/bigan-2016-mnist.toml"),
    ),
    (
        "bigan-2016-mnist-small",
        include_str!("../../recipes/bigan-2016-mnist-small.toml"),
    ),
    (
        "lapgan-2015-mnist",
        include_str!("../../recipes/lapgan-2015-mnist.toml"),
    ),
    (
        "lapgan-2015-mnist-small",
        include_str!("../../recipes/lapgan-2015-mnist-small.toml"),
    ),
    (
        "lapgan-2015-folder",
        include_str!("../../recipes/lapgan-2015-folder.toml"),
    ),
    (
        "context-encoder-2016-folder",
        include_str!("../../recipes/context-encoder-2016-folder.toml"),
    ),
    (
        "context-encoder-2016-mnist-small",
        include_str!("../../recipes/context-encoder-2016-mnist-small.toml"),
    ),
    (
        "salimans-2016-mnist",
        include_str!("../../recipes/salimans-2016-mnist.toml"),
    ),
    (
        "salimans-2016-mnist-small",
        include_str!("../../recipes/salimans-2016-mnist-small.toml"),
    ),
    (
        "salimans-2016-digits-small",
        include_str!("../../recipes/salimans-2016-digits-small.toml"),
    ),
    (
        "infogan-2016-mnist",
        include_str!("../../recipes/infogan-2016-mnist.toml"),
    ),
    (
        "infogan-2016-digits-small",
        include_str!("../../recipes/infogan-2016-digits-small.toml"),
    ),
    (
        "discogan-2017-points-small",
        include_str!("../../recipes/discogan-2017-points-small.toml"),
    ),
    (
        "discogan-2017-folder",
        include_str!("../../recipes/discogan-2017-folder.toml"),
    ),
    (
        "cyclegan-2017-folder",
        include_str!("../../recipes/cyclegan-2017-folder.toml"),
    ),
    (
        "cyclegan-2017-mnist-small",
        include_str!("../../recipes/cyclegan-2017-mnist-small.toml"),
    ),
    (
        "folder-dcgan",
        include_str!("../../recipes/folder-dcgan.toml"),
    ),
    (
        "bench-dcgan32",
        include_str!("../../recipes/bench-dcgan32.toml"),
    ),
    (
        "bench-dcgan64",
        include_str!("../../recipes/bench-dcgan64.toml"),
    ),
    ("bench-mlp", include_str!("../../recipes/bench-mlp.toml")),
];

/// The TOML of a built-in recipe.
#[must_use]
pub fn builtin(name: &str) -> Option<&'static str> {
    BUILTIN
        .iter()
        .find_map(|&(known, text)| (known == name).then_some(text))
}

/// Names of the built-in recipes.
pub fn builtin_names() -> impl Iterator<Item = &'static str> {
    BUILTIN.iter().map(|&(name, _)| name)
}
