"""The generator of the sample company: one module for each part of the company's life."""
