//! What `template.yaml` says that costs money whether or not anybody orders, or sets what a second costs.

use std::collections::BTreeMap;

use cafe_core::payment::BoxError;
use saphyr::{LoadableYamlNode, Yaml};

const TEMPLATE: &str = include_str!("../../../template.yaml");

/// What is deployed.
#[derive(Clone, Debug)]
pub(super) struct Deployed {
    /// By binary.
    pub(super) functions: BTreeMap<String, Function>,
    /// How many alarms there are.
    pub(super) alarms: u64,
}

/// What is deployed of a function.
#[derive(Clone, Copy, Debug)]
pub(super) struct Function {
    /// In MB. The processor comes with it.
    pub(super) memory_mb: u64,
    /// How many tables it is handed.
    pub(super) tables: u64,
    /// How many secrets it decrypts when it starts.
    pub(super) secrets: u64,
}

impl Deployed {
    /// Reads the template of this build.
    pub(super) fn read() -> Result<Deployed, BoxError> {
        let documents = Yaml::load_from_str(TEMPLATE)?;
        let template = documents.first().ok_or("the template is empty")?;
        let everywhere = at(template, &["Globals", "Function", "MemorySize"]).and_then(Yaml::as_integer);
        let resources = at(template, &["Resources"]).and_then(Yaml::as_mapping).ok_or("no Resources")?;
        let mut functions = BTreeMap::new();
        let mut alarms = 0;
        for resource in resources.values() {
            let kind = at(resource, &["Type"]).and_then(Yaml::as_str);
            alarms += u64::from(kind == Some("AWS::CloudWatch::Alarm"));
            let binary = at(resource, &["Metadata", "BuildProperties", "Binary"]).and_then(Yaml::as_str);
            let Some(binary) = binary else { continue };
            let own = at(resource, &["Properties", "MemorySize"]).and_then(Yaml::as_integer);
            let memory = own.or(everywhere).ok_or_else(|| format!("{binary} has no MemorySize"))?;
            let variables =
                at(resource, &["Properties", "Environment", "Variables"]).and_then(Yaml::as_mapping);
            let names = || variables.into_iter().flat_map(|all| all.keys()).filter_map(Yaml::as_str);
            let function = Function {
                memory_mb: memory.try_into()?,
                tables: names().filter(|name| name.ends_with("_TABLE")).count() as u64,
                secrets: names().filter(|name| name.ends_with("_KEY_PARAMETER")).count() as u64,
            };
            functions.insert(binary.to_owned(), function);
        }
        Ok(Deployed { functions, alarms })
    }

    /// The same with another memory for all.
    pub(super) fn with_memory(&self, memory_mb: u64) -> Deployed {
        let functions =
            self.functions.iter().map(|(name, one)| (name.clone(), Function { memory_mb, ..*one }));
        Deployed { functions: functions.collect(), alarms: self.alarms }
    }

    /// A function, by its binary.
    pub(super) fn function(&self, binary: &str) -> Result<Function, BoxError> {
        self.functions.get(binary).copied().ok_or_else(|| format!("{binary} is not deployed").into())
    }
}

fn at<'y>(yaml: &'y Yaml<'y>, path: &[&str]) -> Option<&'y Yaml<'y>> {
    path.iter().try_fold(yaml, |yaml, name| yaml.as_mapping_get(name))
}
