"""What was published: articles, their paragraphs and passages, in one SQLite file."""
