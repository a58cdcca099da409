"""How it is found: embeddings, FAISS generations, hybrid search, the reader and its answers."""
