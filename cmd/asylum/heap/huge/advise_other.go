//go:build !linux

package huge

func adviseFirst() {}

func advise() {}
