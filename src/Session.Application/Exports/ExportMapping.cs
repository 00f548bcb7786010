using AutoMapper;
using SessionService.Application.Feedback;
using SessionService.Application.Json;
using SessionService.Domain.Feedback;
using SessionService.Domain.Memories;
using SessionService.Domain.Sessions;
using SessionService.Domain.UserMemories;

namespace SessionService.Application.Exports;

internal sealed class ExportMapping : Profile
{
    public ExportMapping()
    {
        CreateMap<Session, SessionLine>()
            .ForMember(l => l.Type, map => map.Ignore())
            .ForMember(l => l.Status, map => map.MapFrom(s => s.Status.Name()))
            .ForMember(l => l.ConversationData, map => map.MapFrom(s => new JsonText(s.ConversationData)))
            .ForMember(l => l.MessageCount, map => map.MapFrom(s => s.SettledMessages))
            .ForMember(l => l.ForkedFromSession, map => map.MapFrom(s => s.ForkedFromSessionId))
            .ForMember(l => l.Metadata, map => map.MapFrom(s => new JsonText(s.Metadata)));
        CreateMap<SessionMemory, MemoryLine>()
            .ForMember(l => l.Type, map => map.Ignore())
            .ForMember(l => l.Metadata, map => map.MapFrom(m => new JsonText(m.Metadata)))
            .ForMember(l => l.UserPreferences, map => map.MapFrom(m => new JsonText(m.UserPreferences)))
            .ForMember(l => l.OngoingTasks, map => map.MapFrom(m => new JsonText(m.OngoingTasks)));
        CreateMap<MessageFeedback, FeedbackLine>()
            .ForMember(l => l.Type, map => map.Ignore())
            .ForMember(l => l.MessageId, map => map.Ignore())
            .ForMember(l => l.Value, map => map.MapFrom(f => FeedbackValue.Parse(f.Value)))
            .ForMember(l => l.Model, map => map.MapFrom(f => f.Model.Length == 0 ? null : f.Model))
            .ForMember(l => l.Role, map => map.Ignore())
            .ForMember(l => l.Content, map => map.Ignore())
            .ForMember(l => l.Parts, map => map.Ignore())
            .ForMember(l => l.RedactedAt, map => map.Ignore());
        CreateMap<UserMemory, UserMemoryLine>()
            .ForMember(l => l.Type, map => map.Ignore())
            .ForMember(l => l.Metadata, map => map.MapFrom(m => new JsonText(m.Metadata)));
        CreateMap<UserMemoryVersion, UserMemoryVersionLine>()
            .ForMember(l => l.Type, map => map.Ignore())
            .ForMember(l => l.Metadata, map => map.MapFrom(m => new JsonText(m.Metadata)));
    }
}
