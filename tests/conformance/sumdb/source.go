package main

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// A source answers with the bytes of a resource of the log, `checkpoint` or `tile/…`.
type source interface {
	read(path string, mediaType string) ([]byte, error)
}

func openSource(location, token string) (source, error) {
	if strings.HasPrefix(location, "http://") || strings.HasPrefix(location, "https://") {
		client := &http.Client{Timeout: 30 * time.Second}
		return &website{strings.TrimSuffix(location, "/"), token, client}, nil
	}
	info, err := os.Stat(location)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is neither a directory nor a URL", location)
	}
	return directory(location), nil
}

type directory string

func (d directory) read(path, _ string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(d), filepath.FromSlash(path)))
}

type website struct {
	base   string
	token  string
	client *http.Client
}

// A full bundle of the longest entries is 256 × 65,537 bytes.
const bodyBytesMax = 17 << 20

func (w *website) read(path, mediaType string) ([]byte, error) {
	request, err := http.NewRequest(http.MethodGet, w.base+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	if w.token != "" {
		request.Header.Set("Authorization", "Bearer "+w.token)
	}
	response, err := w.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, response.Status)
	}
	got, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil || got != mediaType {
		return nil, fmt.Errorf("%s: content type %q, want %q", path,
			response.Header.Get("Content-Type"), mediaType)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, bodyBytesMax+1))
	if err == nil && len(body) > bodyBytesMax {
		err = fmt.Errorf("%s: longer than %d bytes", path, bodyBytesMax)
	}
	return body, err
}
