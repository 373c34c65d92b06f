package live

// demoHost is who streams in the demo room.
var demoHost = User{UniqueID: "demo", Nickname: "Showcaller Demo", UserID: "6799999999999999999", Roles: []string{"host"}}

// DemoGifts is the demo room's catalogue, the common ones first. Names and prices are those of TikTok in 2026; ids other than
// Rose's and Heart Me's are our own.
var DemoGifts = []GiftItem{
	{ID: 5655, Name: "Rose", DiamondCount: 1, Streakable: true, Type: 1},
	{ID: 7934, Name: "Heart Me", DiamondCount: 1, Type: 4},
	{ID: 5269, Name: "TikTok", DiamondCount: 1, Streakable: true, Type: 1},
	{ID: 5487, Name: "Finger Heart", DiamondCount: 5, Streakable: true, Type: 1},
	{ID: 5658, Name: "Perfume", DiamondCount: 20, Streakable: true, Type: 1},
	{ID: 5879, Name: "Doughnut", DiamondCount: 30, Streakable: true, Type: 1},
	{ID: 5660, Name: "Hand Hearts", DiamondCount: 100, Type: 2},
	{ID: 5585, Name: "Confetti", DiamondCount: 100, Type: 2},
	{ID: 11046, Name: "Galaxy", DiamondCount: 1000, Type: 2},
	{ID: 6369, Name: "Lion", DiamondCount: 29999, Type: 2},
}

var demoNames = []struct{ handle, nickname string }{
	{"maianh", "Mai Anh 🌸"}, {"tuankiet", "Tuấn Kiệt 🇻🇳"}, {"linhdan", "Linh Đan"}, {"huyenmy", "Huyền My"},
	{"ducphuc", "Nguyễn Đức Phúc"}, {"thaonguyen", "Thảo Nguyên ☘️"}, {"khanhvy", "Khánh Vy"}, {"quocbao", "Quốc Bảo"},
	{"xiaocaomei", "小草莓酱"}, {"yewan", "夜晚的风"}, {"chenyu", "陈雨"}, {"ahao", "阿豪同学"},
	{"nanfeng", "南风知我意"}, {"tangtang", "糖糖🍬"}, {"laowang", "老王不老"}, {"xingchen", "星辰大海"},
	{"yorunosanpo", "夜の散歩者"}, {"sakura", "さくら🌸"}, {"haruto", "はると"}, {"mikan", "みかん大福"},
	{"kenji", "健二 Kenji"}, {"yuki", "ゆき❄️"}, {"tanaka", "田中太郎"}, {"neko", "ねこ好き"},
	{"janesmith", "Jane Smith"}, {"bobwilson", "Bob Wilson"}, {"charlie", "Charlie Davis"}, {"dianaevans", "Diana Evans"},
	{"alice", "Alice Brown"}, {"johndoe", "John Doe"}, {"sunny", "sunny ☀️"}, {"nightowl", "night owl 🦉"},
	{"praew", "น้องแพรว"}, {"mohamed", "محمد علي"}, {"jisoo", "지수"}, {"family", "The 👨‍👩‍👧‍👦 Family"},
}

var demoLines = []struct{ language, text string }{
	{"vi", "chị ơi hát bài Nàng thơ đi ạ 🥺"}, {"vi", "đẹp quá trời luôn"}, {"vi", "hello cả nhà"}, {"vi", "em ở Đà Nẵng nè"},
	{"vi", "giọng hay ghê"}, {"vi", "bài này tên gì vậy ạ?"}, {"vi", "mọi người ăn cơm chưa"}, {"vi", "idol chào em với"},
	{"vi", "haha cười xỉu"}, {"vi", "mai live mấy giờ vậy chị?"},
	{"zh", "今天天气真好！"}, {"zh", "唱得太好听了"}, {"zh", "哈哈哈"}, {"zh", "666"}, {"zh", "主播晚上好"},
	{"zh", "第一次来，关注了"}, {"zh", "这首歌叫什么名字？"}, {"zh", "从新加坡来看你"}, {"zh", "加油加油"}, {"zh", "可以唱一首周杰伦吗"},
	{"ja", "こんばんは！"}, {"ja", "かわいい〜"}, {"ja", "初見です"}, {"ja", "この曲の名前は何ですか？"}, {"ja", "おつかれさま"},
	{"ja", "東京から見てます"}, {"ja", "草"}, {"ja", "歌うまい！"}, {"ja", "明日も配信ありますか？"}, {"ja", "応援してます📣"},
	{"en", "Hello! Amazing stream!"}, {"en", "greetings from Canada 🇨🇦"}, {"en", "what song is this?"}, {"en", "lol"},
	{"en", "love the new setup"}, {"en", "first time here, hi everyone"}, {"en", "can you say hi to my sister?"},
	{"en", "that high note though 🔥"}, {"en", "how long have you been singing?"}, {"en", "good night from Berlin"},
	{"th", "เพลงนี้ชื่ออะไรคะ?"}, {"ar", "مرحبا من القاهرة"}, {"ko", "안녕하세요"},
}
