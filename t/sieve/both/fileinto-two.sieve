require "fileinto";
fileinto "Lists";
fileinto "Work";
