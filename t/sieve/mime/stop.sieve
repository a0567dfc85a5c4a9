require ["foreverypart", "fileinto"];
foreverypart {
	foreverypart {
		fileinto "A";
		stop;
	}
}
fileinto "B";
