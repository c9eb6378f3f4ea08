//go:build !linux

package catalog

func thisBoot() boot { return boot{} }
