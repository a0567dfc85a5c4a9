	if header "日本", "x" { keep; }
