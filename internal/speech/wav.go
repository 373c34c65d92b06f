package speech

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"time"
)

const (
	envelopeStep = 20 * time.Millisecond
	lengthLimit  = 2 * time.Minute
	leastRate    = 8_000
	mostRate     = 192_000
	mostChannels = 8

	formatPCM        = 1
	formatFloat      = 3
	formatExtensible = 0xfffe
	wavHeader        = 44
)

// Sound is speech: one channel, 16 bits.
type Sound struct {
	Rate    int // samples a second
	Samples []int16
}

// wavFormat is what a WAV's "fmt " chunk says.
type wavFormat struct {
	tag, channels, bits int
	rate                int
}

// ReadWAV reads a WAV of 8, 16, 24 or 32 bits, or of floats, and mixes its channels into one. Servers that stream say that the
// data is 0 or 4 GB long: it is then what there is.
func ReadWAV(b []byte) (Sound, error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return Sound{}, errors.New("it does not begin like a WAV")
	}
	var f wavFormat
	for rest := b[12:]; len(rest) >= 8; {
		name, size := string(rest[:4]), int64(binary.LittleEndian.Uint32(rest[4:]))
		rest = rest[8:]
		open := size > int64(len(rest)) || name == "data" && size == 0
		if open {
			size = int64(len(rest))
		}
		chunk := rest[:size]
		switch name {
		case "fmt ":
			var err error
			if f, err = readFormat(chunk); err != nil {
				return Sound{}, err
			}
		case "data":
			if f.rate == 0 {
				return Sound{}, errors.New("its data comes before its format")
			}
			return f.read(chunk)
		}
		rest = rest[min(size+size&1, int64(len(rest))):]
	}
	return Sound{}, errors.New("it has no data")
}

func readFormat(b []byte) (wavFormat, error) {
	if len(b) < 16 {
		return wavFormat{}, errors.New("its format is cut off")
	}
	f := wavFormat{
		tag: int(binary.LittleEndian.Uint16(b)), channels: int(binary.LittleEndian.Uint16(b[2:])), rate: int(binary.LittleEndian.Uint32(b[4:])),
		bits: int(binary.LittleEndian.Uint16(b[14:])),
	}
	if f.tag == formatExtensible && len(b) >= 26 {
		f.tag = int(binary.LittleEndian.Uint16(b[24:]))
	}
	ok := f.tag == formatPCM && (f.bits == 8 || f.bits == 16 || f.bits == 24 || f.bits == 32) || f.tag == formatFloat && f.bits == 32
	switch {
	case !ok:
		return f, fmt.Errorf("its format is number %d of %d bits", f.tag, f.bits)
	case f.channels < 1 || f.channels > mostChannels:
		return f, fmt.Errorf("it has %d channels", f.channels)
	case f.rate < leastRate || f.rate > mostRate:
		return f, fmt.Errorf("it has %d samples a second", f.rate)
	}
	return f, nil
}

// read mixes the channels of what was sampled.
func (f wavFormat) read(b []byte) (Sound, error) {
	width := f.bits / 8
	frame := width * f.channels
	n := len(b) / frame
	if n == 0 {
		return Sound{}, errors.New("it is empty")
	}
	if time.Duration(n)*time.Second/time.Duration(f.rate) > lengthLimit {
		return Sound{}, errors.New("it is longer than two minutes")
	}
	s := Sound{Rate: f.rate, Samples: make([]int16, n)}
	for i := range s.Samples {
		sum := 0.0
		for c := range f.channels {
			sum += f.sample(b[i*frame+c*width:])
		}
		s.Samples[i] = int16(math.Round(math.Max(-1, math.Min(1, sum/float64(f.channels))) * math.MaxInt16))
	}
	return s, nil
}

// sample returns one sample, from -1 to 1.
func (f wavFormat) sample(b []byte) float64 {
	switch {
	case f.tag == formatFloat:
		v := float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0
		}
		return v
	case f.bits == 8:
		return (float64(b[0]) - 128) / 128
	case f.bits == 16:
		return float64(int16(binary.LittleEndian.Uint16(b))) / (1 << 15)
	case f.bits == 24:
		return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
	}
	return float64(int32(binary.LittleEndian.Uint32(b))) / (1 << 31)
}

// Length returns how long the sound is.
func (s Sound) Length() time.Duration {
	return time.Duration(len(s.Samples)) * time.Second / time.Duration(s.Rate)
}

// Envelope returns the loudness of each 20 ms, 0 to 100. The loudest moment is 100, whatever the voice's level; what is 40 dB
// below it and what lies within silence is 0, so that breath does not move the mouth.
func (s Sound) Envelope() []int {
	step := max(1, s.Rate*int(envelopeStep/time.Millisecond)/1000)
	var loud []float64
	most := 0.0
	for from := 0; from < len(s.Samples); from += step {
		sum := 0.0
		part := s.Samples[from:min(from+step, len(s.Samples))]
		for _, v := range part {
			sum += float64(v) * float64(v)
		}
		rms := math.Sqrt(sum / float64(len(part)))
		loud = append(loud, rms)
		most = max(most, rms)
	}
	const silence = 60 // of 32,767: nobody speaks that softly
	out := make([]int, len(loud))
	for i, v := range loud {
		if most > silence && v > most/100 {
			out[i] = int(math.Round(100 * math.Sqrt(v/most))) // the root: a mouth shows soft sounds too
		}
	}
	return out
}

// WAV returns the sound as a file that says its own length, as browsers want it.
func (s Sound) WAV() []byte {
	size := 2 * len(s.Samples)
	b := make([]byte, 0, wavHeader+size)
	le := binary.LittleEndian
	b = append(b, "RIFF"...)
	b = le.AppendUint32(b, uint32(wavHeader-8+size))
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, formatPCM)
	b = le.AppendUint16(b, 1)
	b = le.AppendUint32(b, uint32(s.Rate))
	b = le.AppendUint32(b, uint32(2*s.Rate))
	b = le.AppendUint16(b, 2)
	b = le.AppendUint16(b, 16)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(size))
	for _, v := range s.Samples {
		b = le.AppendUint16(b, uint16(v))
	}
	return b
}
