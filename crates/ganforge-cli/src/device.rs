//! Parses `--device wgpu:1` and opens the device. Since Burn 0.22 a backend is a value, chosen at run time among those compiled in; only this file
//! names them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;

use burn::tensor::{Device, DeviceType};
use serde::Serialize;

/// A value of `--device`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceSpec {
    /// The first of [`Backend::ALL`] that has a device.
    Auto,
    /// A backend's device by its index from 0.
    Named(Backend, usize),
}

/// The backends that can be compiled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    Cuda,
    Rocm,
    Metal,
    Vulkan,
    Wgpu,
    Webgpu,
    Cpu,
    Flex,
    Ndarray,
}

/// An available device.
#[derive(Debug, Clone, Serialize)]
pub struct Found {
    /// Its value of `--device`.
    pub spec: String,
    /// Its backend.
    pub backend: Backend,
    /// The name that the driver reports.
    pub name: String,
    /// True for a graphics driver that computes on the CPU.
    pub software: bool,
}

/// Why a device cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    #[error(
        "`{0}` is not a device; known are auto, flex, ndarray, wgpu[:N], vulkan[:N], metal[:N], webgpu, cuda[:N], rocm[:N], cpu"
    )]
    Unknown(String),
    #[error(
        "this ganforge was built without `{0}`; add it with `cargo run --release --features {0} -- …`, or see `ganforge devices`"
    )]
    NotCompiled(&'static str),
    #[error(
        "`{backend}` finds {count} device(s), none of them number {index}; see `ganforge devices`"
    )]
    NotFound {
        backend: &'static str,
        count: usize,
        index: usize,
    },
}

impl Backend {
    /// In the order in which `auto` prefers them.
    pub const ALL: [Self; 9] = [
        Self::Cuda,
        Self::Rocm,
        Self::Metal,
        Self::Vulkan,
        Self::Wgpu,
        Self::Webgpu,
        Self::Flex,
        Self::Cpu,
        Self::Ndarray,
    ];

    /// Its name on the command line and as a Cargo feature.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cuda => "cuda",
            Self::Rocm => "rocm",
            Self::Metal => "metal",
            Self::Vulkan => "vulkan",
            Self::Wgpu => "wgpu",
            Self::Webgpu => "webgpu",
            Self::Cpu => "cpu",
            Self::Flex => "flex",
            Self::Ndarray => "ndarray",
        }
    }

    /// Burn's type of it; `None` if it is not compiled in.
    fn device_type(self) -> Option<DeviceType> {
        match self {
            #[cfg(feature = "cuda")]
            Self::Cuda => Some(DeviceType::Cuda),
            #[cfg(feature = "rocm")]
            Self::Rocm => Some(DeviceType::Rocm),
            #[cfg(feature = "metal")]
            Self::Metal => Some(DeviceType::Metal),
            #[cfg(feature = "vulkan")]
            Self::Vulkan => Some(DeviceType::Vulkan),
            #[cfg(feature = "wgpu")]
            Self::Wgpu => Some(DeviceType::Wgpu),
            #[cfg(feature = "webgpu")]
            Self::Webgpu => Some(DeviceType::WebGpu),
            #[cfg(feature = "cpu")]
            Self::Cpu => Some(DeviceType::Cpu),
            #[cfg(feature = "ndarray")]
            Self::Ndarray => Some(DeviceType::NdArray),
            Self::Flex => Some(DeviceType::Flex),
            #[allow(
                unreachable_patterns,
                reason = "with every feature on, nothing is left"
            )]
            _ => None,
        }
    }

    /// Whether it is compiled in.
    pub fn is_compiled(self) -> bool {
        self.device_type().is_some()
    }

    /// Its devices; empty if its driver is missing.
    fn devices(self) -> Vec<Device> {
        let Some(device_type) = self.device_type() else {
            return Vec::new();
        };
        // Some backends panic if a driver is missing.
        quietly(|| Device::enumerate(device_type).into_vec()).unwrap_or_default()
    }
}

impl DeviceSpec {
    /// Opens the device.
    ///
    /// # Errors
    /// The backend is not compiled in, or has no such device.
    pub fn open(self) -> Result<(String, Device), DeviceError> {
        match self {
            Self::Auto => Ok(best()),
            Self::Named(backend, index) => {
                if !backend.is_compiled() {
                    return Err(DeviceError::NotCompiled(backend.name()));
                }
                let devices = backend.devices();
                let count = devices.len();
                let device = devices.into_iter().nth(index);
                device
                    .map(|device| (spec(backend, index), device))
                    .ok_or(DeviceError::NotFound {
                        backend: backend.name(),
                        count,
                        index,
                    })
            }
        }
    }
}

impl FromStr for DeviceSpec {
    type Err = DeviceError;

    fn from_str(text: &str) -> Result<Self, DeviceError> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let unknown = || DeviceError::Unknown(text.to_owned());
        let (name, index) = match text.split_once(':') {
            Some((name, index)) => (name, index.parse().map_err(|_| unknown())?),
            None => (text, 0),
        };
        Backend::ALL
            .into_iter()
            .find(|backend| backend.name() == name)
            .map(|backend| Self::Named(backend, index))
            .ok_or_else(unknown)
    }
}

/// Every device of every compiled backend, best backend first.
pub fn found() -> Vec<Found> {
    let listed = |backend: Backend| {
        let devices = backend.devices().into_iter().enumerate();
        devices.map(move |(index, device)| Found {
            spec: spec(backend, index),
            backend,
            name: adapter_name(backend, &device),
            software: is_software(&device),
        })
    };
    Backend::ALL.into_iter().flat_map(listed).collect()
}

/// The first device that is not a software adapter; Flex is always available.
fn best() -> (String, Device) {
    for backend in Backend::ALL {
        let devices = backend.devices().into_iter().enumerate();
        for (index, device) in devices {
            if !is_software(&device) {
                return (spec(backend, index), device);
            }
        }
    }
    (spec(Backend::Flex, 0), Device::flex())
}

fn spec(backend: Backend, index: usize) -> String {
    match index {
        0 => backend.name().to_owned(),
        _ => format!("{}:{index}", backend.name()),
    }
}

fn adapter_name(backend: Backend, device: &Device) -> String {
    let processor = || format!("the processor, {} threads", threads());
    match backend {
        Backend::Flex | Backend::Ndarray => processor(),
        _ => gpu_name(device).unwrap_or_else(processor),
    }
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The name that a graphics or compute driver reports. Burn offers it only with such a backend compiled in.
fn gpu_name(device: &Device) -> Option<String> {
    #[cfg(any(
        feature = "cpu",
        feature = "cuda",
        feature = "rocm",
        feature = "metal",
        feature = "vulkan",
        feature = "wgpu",
        feature = "webgpu"
    ))]
    if let Some(identity) = quietly(|| device.identity()).flatten() {
        return Some(identity.name);
    }
    let _ = device;
    None
}

/// True for the CPU adapter of a graphics API.
fn is_software(device: &Device) -> bool {
    #[cfg(feature = "vulkan")]
    if *device == Device::vulkan(burn::tensor::DeviceKind::Cpu) {
        return true;
    }
    #[cfg(feature = "wgpu")]
    if *device == Device::wgpu(burn::tensor::DeviceKind::Cpu) {
        return true;
    }
    let _ = device;
    false
}

/// Runs `work`; a panic becomes `None`, without its message.
fn quietly<T>(work: impl FnOnce() -> T) -> Option<T> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(work)).ok();
    std::panic::set_hook(hook);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_name_a_backend_and_a_number() {
        assert_eq!("auto".parse::<DeviceSpec>().unwrap(), DeviceSpec::Auto);
        let wgpu = DeviceSpec::Named(Backend::Wgpu, 2);
        assert_eq!("wgpu:2".parse::<DeviceSpec>().unwrap(), wgpu);
        for wrong in ["gpu", "cuda:", "cuda:x", "cuda:-1", ""] {
            assert!(wrong.parse::<DeviceSpec>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn flex_is_always_there() {
        let flex = DeviceSpec::Named(Backend::Flex, 0);
        assert_eq!(flex.open().unwrap().0, "flex");
        assert!(found().iter().any(|found| found.spec == "flex"));
    }
}
