"""The tables that pass between the text pipeline and the model: schema, meaning, reading, writing."""
