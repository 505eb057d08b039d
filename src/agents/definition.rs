//! stub
/// stub
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Definition {
    pub name: String,
    pub description: String,
    pub model: Option<String>,
    pub tools: Vec<String>,
    pub max_turns: u32,
    pub max_tokens: Option<u64>,
    pub max_cost_usd: Option<f64>,
    pub memory: MemoryUse,
    pub handoffs: Vec<String>,
    pub temperature: Option<f64>,
    pub instructions: String,
}
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct MemoryUse {
    pub read: Vec<crate::memory::Scope>,
    pub write: Option<crate::memory::Scope>,
    pub recall_tokens: u32,
}
/// stub
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Agents {
    pub definitions: Vec<Definition>,
}
#[allow(missing_docs)]
impl Agents {
    pub fn built_in() -> Self {
        Self {
            definitions: vec![Definition { name: "assistant".into(), max_turns: 8, ..Definition::default() }],
        }
    }
    pub fn find(&self, name: &str) -> Option<&Definition> {
        self.definitions.iter().find(|it| it.name == name)
    }
    pub fn names(&self) -> Vec<String> {
        self.definitions.iter().map(|it| it.name.clone()).collect()
    }
}
