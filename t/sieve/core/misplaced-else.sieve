keep;
else {
}
