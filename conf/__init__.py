"""What a run may be made of: YAML files that Hydra composes, by their folders, and the types of its plain values."""

from hydra.core.config_store import ConfigStore

from conf.schema import Config

ConfigStore.instance().store("schema", Config)
