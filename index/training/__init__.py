"""Makes the reader's weights from question answering data; nothing here is needed to answer."""
