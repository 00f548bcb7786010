using AutoMapper;
using SessionService.Domain.Feedback;

namespace SessionService.Application.Feedback;

internal sealed class FeedbackMapping : Profile
{
    public FeedbackMapping()
    {
        CreateMap<MessageFeedback, FeedbackResponse>()
            .ForMember(r => r.Value, map => map.MapFrom(f => FeedbackValue.Parse(f.Value)));
        CreateMap<MessageFeedback, MessageFeedbackResponse>()
            .ForMember(r => r.Value, map => map.MapFrom(f => FeedbackValue.Parse(f.Value)));
    }
}
