"""The tables between the text pipeline and the model: schema, meaning, reading, writing."""
