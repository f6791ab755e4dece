//! Built-in architectures, each with its paper and its deviations from it.

mod autoencoder;
mod classifier;
mod context_encoder;
mod dcgan;
mod defaults;
mod joint;
mod lapgan;
mod mlp;
mod patch;
mod pyramid;
mod r3gan;
mod resnet;
mod translator;

pub use autoencoder::{
    AutoencoderDiscriminator, AutoencoderDiscriminatorConfig, ReconstructionError,
};
pub use classifier::{Classifier, ClassifierCard, ClassifierConfig, ClassifierOutput};
pub use context_encoder::{
    ContextEncoderGenerator, ContextEncoderGeneratorConfig, Rectangle, Region,
};
pub use dcgan::{
    DcganDiscriminator, DcganDiscriminatorConfig, DcganGenerator, DcganGeneratorConfig,
};
pub use joint::{
    EncoderNoise, JointMlpDiscriminator, JointMlpDiscriminatorConfig, MlpEncoder, MlpEncoderConfig,
};
pub use lapgan::{
    LapganDiscriminator, LapganDiscriminatorConfig, LapganGenerator, LapganGeneratorConfig,
    LaplacianPyramid, LevelDiscriminator, LevelGenerator, MAX_LAPGAN_LEVELS,
};
pub use mlp::{MlpDiscriminator, MlpDiscriminatorConfig, MlpGenerator, MlpGeneratorConfig};
pub use patch::{PatchDiscriminator, PatchDiscriminatorConfig};
pub use r3gan::{
    R3ganDiscriminator, R3ganDiscriminatorConfig, R3ganGenerator, R3ganGeneratorConfig,
};
pub use resnet::{
    ResnetDiscriminator, ResnetDiscriminatorConfig, ResnetGenerator, ResnetGeneratorConfig,
};
pub use translator::{
    EncoderDecoder, EncoderDecoderConfig, MlpTranslator, MlpTranslatorConfig, ResnetTranslator,
    ResnetTranslatorConfig, Translator, TranslatorConfig, Translators,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DiscriminatorConfig, GeneratorConfig};

    #[test]
    fn constructors_and_recipes_have_the_same_defaults() {
        let generator = |json| serde_json::from_str::<GeneratorConfig>(json).unwrap();
        let discriminator = |json| serde_json::from_str::<DiscriminatorConfig>(json).unwrap();
        assert_eq!(
            GeneratorConfig::Mlp(MlpGeneratorConfig::new(4, [8])),
            generator(r#"{"kind": "mlp", "latent": 4, "hidden": [8]}"#)
        );
        assert_eq!(
            GeneratorConfig::Dcgan(DcganGeneratorConfig::new(8)),
            generator(r#"{"kind": "dcgan", "width": 8}"#)
        );
        assert_eq!(
            GeneratorConfig::Resnet(ResnetGeneratorConfig::new(8)),
            generator(r#"{"kind": "resnet", "width": 8}"#)
        );
        assert_eq!(
            GeneratorConfig::R3gan(R3ganGeneratorConfig::new(8)),
            generator(r#"{"kind": "r3gan", "width": 8}"#)
        );
        assert_eq!(
            GeneratorConfig::Lapgan(LapganGeneratorConfig::new([4, 4], [8], [2])),
            generator(r#"{"kind": "lapgan", "coarsest": [4, 4], "hidden": [8], "widths": [2]}"#)
        );
        assert_eq!(
            GeneratorConfig::ContextEncoder(ContextEncoderGeneratorConfig::new([8], 4, [8])),
            generator(r#"{"kind": "context-encoder", "encoder": [8], "code": 4, "decoder": [8]}"#)
        );
        assert_eq!(
            DiscriminatorConfig::Mlp(MlpDiscriminatorConfig::new([8])),
            discriminator(r#"{"kind": "mlp", "hidden": [8]}"#)
        );
        assert_eq!(
            DiscriminatorConfig::Dcgan(DcganDiscriminatorConfig::new(8)),
            discriminator(r#"{"kind": "dcgan", "width": 8}"#)
        );
        assert_eq!(
            DiscriminatorConfig::Resnet(ResnetDiscriminatorConfig::new(8)),
            discriminator(r#"{"kind": "resnet", "width": 8}"#)
        );
        assert_eq!(
            DiscriminatorConfig::R3gan(R3ganDiscriminatorConfig::new(8)),
            discriminator(r#"{"kind": "r3gan", "width": 8}"#)
        );
    }
}
