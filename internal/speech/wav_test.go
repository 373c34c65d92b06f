package speech_test

import (
	"encoding/binary"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/speech"
)

// wav makes a file of a format and data, with the size of the data as it is, or as told.
func wav(tag, channels, bits int, rate uint32, data []byte, size ...uint32) []byte {
	le := binary.LittleEndian
	b := append([]byte("RIFF"), 0, 0, 0, 0)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, uint16(tag))
	b = le.AppendUint16(b, uint16(channels))
	b = le.AppendUint32(b, rate)
	b = le.AppendUint32(b, rate*uint32(channels*bits/8))
	b = le.AppendUint16(b, uint16(channels*bits/8))
	b = le.AppendUint16(b, uint16(bits))
	b = append(b, "LIST\x03\x00\x00\x00abc\x00data"...) // a chunk of odd length before the data
	if len(size) == 0 {
		size = []uint32{uint32(len(data))}
	}
	return append(le.AppendUint32(b, size[0]), data...)
}

// tone is a sine of a loudness, in 16 bits.
func tone(samples int, loud float64) (b []byte) {
	for i := range samples {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(loud*32767*math.Sin(float64(i)/5))))
	}
	return b
}

func TestReadWAV(t *testing.T) {
	float := func(v ...float32) (b []byte) {
		for _, f := range v {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(f))
		}
		return b
	}
	for _, tc := range []struct {
		name string
		in   []byte
		want []int16
	}{
		{"8 bits", wav(1, 1, 8, 8000, []byte{0, 128, 255}), []int16{-32767, 0, 32511}},
		{"16 bits", wav(1, 1, 16, 24000, []byte{0, 0x80, 0xff, 0x7f}), []int16{-32767, 32766}},
		{"24 bits", wav(1, 1, 24, 24000, []byte{0, 0, 0x80, 0, 0, 0x40}), []int16{-32767, 16384}},
		{"32 bits", wav(1, 1, 32, 24000, []byte{0, 0, 0, 0xc0}), []int16{-16384}},
		{"floats, and some that are none", wav(3, 1, 32, 24000, float(0.5, 9, float32(math.NaN()))), []int16{16384, 32767, 0}},
		{"two channels become one", wav(1, 2, 16, 24000, []byte{0, 0x40, 0, 0xc0}), []int16{0}},
		{"streamed: the size is 4 GB", wav(1, 1, 16, 24000, []byte{1, 0, 2, 0}, 0xffffffff), []int16{1, 2}},
		{"streamed: the size is 0", wav(1, 1, 16, 24000, []byte{1, 0}, 0), []int16{1}},
		{"half a sample at the end", wav(1, 1, 16, 24000, []byte{1, 0, 7}), []int16{1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := speech.ReadWAV(tc.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got.Samples); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestReadWAVRefuses(t *testing.T) {
	for _, tc := range []struct {
		name, want string
		in         []byte
	}{
		{"nothing", "begin", nil},
		{"an MP3", "begin", []byte("ID3\x04 and so on, and so on")},
		{"no data", "no data", wav(1, 1, 16, 24000, nil)[:36]},
		{"empty data", "empty", wav(1, 1, 16, 24000, nil)},
		{"a compressed format", "number 85", wav(85, 1, 16, 24000, []byte{1, 2})},
		{"no channel", "0 channels", wav(1, 0, 16, 24000, []byte{1, 2})},
		{"an absurd rate", "samples a second", wav(1, 1, 16, 1, []byte{1, 2})},
		{"too long", "two minutes", wav(1, 1, 8, 8000, make([]byte, 8000*121))},
		{"a format that is cut off", "cut off", []byte("RIFF\x00\x00\x00\x00WAVEfmt \x04\x00\x00\x00abcd")},
		{"data before the format", "before its format", []byte("RIFF\x00\x00\x00\x00WAVEdata\x04\x00\x00\x00abcd")},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := speech.ReadWAV(tc.in); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("err = %v, want one with %q", err, tc.want)
			}
		})
	}
}

func TestEnvelope(t *testing.T) {
	const step = 480 // 20 ms at 24 kHz
	data := append(append(append(tone(step, 0), tone(step, 0.8)...), tone(step, 0.2)...), tone(step, 0.001)...)
	s, err := speech.ReadWAV(wav(1, 1, 16, 24000, data))
	if err != nil {
		t.Fatal(err)
	}
	got := s.Envelope()
	if len(got) != 4 || got[0] != 0 || got[1] != 100 || got[2] < 45 || got[2] > 55 || got[3] != 0 {
		t.Errorf("envelope %v, want silence, 100, about half, silence", got)
	}
	if s.Length() != 80*time.Millisecond {
		t.Errorf("length %s", s.Length())
	}
	soft, err := speech.ReadWAV(wav(1, 1, 16, 24000, tone(step, 0.001)))
	if err != nil || soft.Envelope()[0] != 0 {
		t.Errorf("noise moves the mouth: %v %v", soft.Envelope(), err)
	}
}

func TestWAVReadsItself(t *testing.T) {
	first, err := speech.ReadWAV(wav(1, 2, 16, 44100, tone(2000, 0.5), 0xffffffff))
	if err != nil {
		t.Fatal(err)
	}
	again, err := speech.ReadWAV(first.WAV())
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range again.Samples { // a rounding may differ by one
		if d := int(v) - int(first.Samples[i]); d < -1 || d > 1 {
			t.Fatalf("sample %d was %d and is %d", i, first.Samples[i], v)
		}
	}
}

func FuzzReadWAV(f *testing.F) {
	f.Add(wav(1, 1, 16, 24000, tone(600, 0.5)))
	f.Add(wav(3, 2, 32, 48000, tone(600, 0.5), 0xffffffff))
	f.Add(wav(0xfffe, 1, 24, 8000, tone(60, 0.5), 0))
	f.Add([]byte("RIFF\xff\xff\xff\xffWAVEdata\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := speech.ReadWAV(b)
		if err != nil {
			return
		}
		if s.Length() > 2*time.Minute {
			t.Errorf("length %s", s.Length())
		}
		steps := int(s.Length()/(20*time.Millisecond)) + 2
		env := s.Envelope()
		if len(env) > steps+len(env)/50 {
			t.Errorf("%d steps for %s", len(env), s.Length())
		}
		for _, v := range env {
			if v < 0 || v > 100 {
				t.Fatalf("loudness %d", v)
			}
		}
		if again, err := speech.ReadWAV(s.WAV()); err != nil || len(again.Samples) != len(s.Samples) {
			t.Errorf("what was written cannot be read: %v", err)
		}
	})
}
