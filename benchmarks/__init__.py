"""Speed, shown by ratios: what is compared is measured side by side in one run, with the durability that ships."""
