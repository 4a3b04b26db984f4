//! Days and dates.

use super::words;

words! {
    Day:
    today: "Today", "今天";
    yesterday: "Yesterday", "昨天";
    week_0: "Monday", "星期一";
    week_1: "Tuesday", "星期二";
    week_2: "Wednesday", "星期三";
    week_3: "Thursday", "星期四";
    week_4: "Friday", "星期五";
    week_5: "Saturday", "星期六";
    week_6: "Sunday", "星期日";
    short_0: "Mon", "周一";
    short_1: "Tue", "周二";
    short_2: "Wed", "周三";
    short_3: "Thu", "周四";
    short_4: "Fri", "周五";
    short_5: "Sat", "周六";
    short_6: "Sun", "周日";
    month_1: "January", "1月";
    month_2: "February", "2月";
    month_3: "March", "3月";
    month_4: "April", "4月";
    month_5: "May", "5月";
    month_6: "June", "6月";
    month_7: "July", "7月";
    month_8: "August", "8月";
    month_9: "September", "9月";
    month_10: "October", "10月";
    month_11: "November", "11月";
    month_12: "December", "12月";
    date: "{week}, {day} {month}", "{month}{day}日 {week}";
    date_year: "{week}, {day} {month} {year}", "{year}年{month}{day}日 {week}";
    full: "{date} at {time}", "{date} {time}";
}
