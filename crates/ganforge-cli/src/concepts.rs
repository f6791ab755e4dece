//! `--plus A,B,C` and `--minus D,E,F` in their order on the command line, which clap's derived structs do not keep.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use ganforge_infer::{Concept, Sign};

/// Samples that a concept needs: the paper reports that the arithmetic of single ones is unstable.
const FEWEST: usize = 3;

const SIGNS: [(&str, Sign, &str); 2] = [
    (
        "plus",
        Sign::Plus,
        "Add the mean latent of these samples, three or more; may be repeated. Sample i is image i of `sample` with the same seed and class.",
    ),
    (
        "minus",
        Sign::Minus,
        "Subtract the mean latent of these samples; may be repeated.",
    ),
];

/// The terms of a sum, in the order of the command line.
#[derive(Debug)]
pub struct Concepts(pub Vec<Concept>);

impl Args for Concepts {
    fn augment_args(command: Command) -> Command {
        SIGNS
            .into_iter()
            .fold(command, |command, (name, sign, help)| {
                command.arg(
                    Arg::new(name)
                        .long(name)
                        .value_name("A,B,C")
                        .action(ArgAction::Append)
                        .required(sign == Sign::Plus)
                        // A list that begins with a hyphen is refused as a list, not as an unknown option.
                        .allow_hyphen_values(true)
                        .value_parser(indices)
                        .help(help),
                )
            })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Concepts {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut placed = Vec::new();
        for (name, sign, _) in SIGNS {
            let places = matches.indices_of(name).into_iter().flatten();
            let lists = matches.get_many::<Vec<u64>>(name).into_iter().flatten();
            let concept = |list: &Vec<u64>| Concept::new(sign, list.as_slice());
            placed.extend(places.zip(lists.map(concept)));
        }
        placed.sort_by_key(|(place, _)| *place);
        Ok(Self(
            placed.into_iter().map(|(_, concept)| concept).collect(),
        ))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Parses the indices of a concept.
fn indices(text: &str) -> Result<Vec<u64>, String> {
    let indices: Result<Vec<u64>, _> = text.split(',').map(str::parse).collect();
    let indices = indices.map_err(|_| {
        "allowed: indices of samples from 0 on, separated by commas, such as 3,14,15".to_owned()
    })?;
    match indices.len() {
        FEWEST.. => Ok(indices),
        few => Err(format!(
            "a concept is the mean of {FEWEST} samples or more, and this names {few}"
        )),
    }
}
